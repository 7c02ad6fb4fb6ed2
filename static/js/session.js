/* Still signed in, still connected? Asked before a form is sent, so that nothing typed is lost to either. ui.md 15, 16. */
import { openDialog } from "./dialog.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

const PATIENCE = 10_000;
const ASK_AGAIN = 5_000;
const AWAY = 5 * 60_000;
const root = document.documentElement;

/** Pages outside the frame, such as the login page, have no session to lose. */
export const hasSession = () => Boolean(root.dataset.person);

/** Logging in changes the token; every form of the page gets the new one. */
function renewTokens(token) {
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
}

/** "ok", "over", "other" (a colleague has signed in in this browser), "offline" or "failed". */
export async function askSession() {
  let answer;
  try {
    answer = await fetch(root.dataset.session, { signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    showOffline();
    return "offline";
  }
  hideOffline();
  if (!answer.ok) return "failed";
  const { person, token } = await answer.json();
  renewTokens(token);
  if (person === null) return "over";
  return String(person) === root.dataset.person ? "ok" : "other";
}

let again = null;

/** Ask for the password over the page, and then do again what was refused. */
export function signInAgain(repeat = null) {
  const dialog = document.getElementById("session-over");
  if (!dialog) return;
  /* What saves itself in the background is refused, too, and repeats nothing: the form that waits is not forgotten. */
  again = dialog.open ? (repeat ?? again) : repeat;
  if (dialog.open) return;
  dialog.querySelector("[data-session-error]").hidden = true;
  openDialog(dialog);
}

async function onSignIn(event) {
  const form = event.target.closest("[data-session-form]");
  if (!form) return;
  event.preventDefault();
  const error = form.querySelector("[data-session-error]");
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
  }).catch(() => null);
  const state = answer?.ok ? await askSession() : "refused";
  form.elements.password.value = "";
  if (state !== "ok") {
    error.textContent = answer ? words.wrongPassword : words.offline;
    error.hidden = false;
    form.elements.password.focus();
    return;
  }
  const repeat = again;
  form.closest("dialog").close();
  if (repeat) repeat();
  else toast({ text: words.signedIn });
}

/** What a refused form says to its reader, or "" when it may be sent. */
export async function obstacle(repeat) {
  const state = await askSession();
  if (state === "over") signInAgain(repeat);
  return { ok: "", failed: "", over: "over", other: words.otherPerson, offline: words.offline }[state];
}

/** Post in the background, with a fresh token when the page's own is of an older session. `body` is asked for anew. */
export async function post(url, body, repeat = null) {
  const send = () => fetch(url, { method: "POST", body: body() });
  const answer = await send();
  if (answer.headers.get("X-Refused") === "token" && (await askSession()) === "ok") return send();
  if (answer.status === 401) signInAgain(repeat);
  return answer;
}

/* --- No connection --------------------------------------------------------------------------------------------------- */
let timer = 0;

export function showOffline() {
  const note = document.getElementById("offline");
  if (!note || timer) return;
  const time = new Date().toLocaleTimeString("ru-RU", { hour: "numeric", minute: "2-digit", timeZone: "Europe/Moscow" });
  note.querySelector("[data-offline-text]").textContent = words.offlineSince.replace("{time}", time);
  note.hidden = false;
  timer = setInterval(askSession, ASK_AGAIN);
}

function hideOffline() {
  if (!timer) return;
  clearInterval(timer);
  timer = 0;
  document.getElementById("offline").hidden = true;
  toast({ text: words.online });
}

export function startSession() {
  if (!hasSession()) return;
  document.addEventListener("submit", onSignIn);
  document.addEventListener("session:over", (event) => signInAgain(event.detail?.again));
  window.addEventListener("offline", showOffline);
  window.addEventListener("online", askSession);
  if (navigator.onLine === false) showOffline();
  let left = Date.now();
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) left = Date.now();
    else if (Date.now() - left > AWAY && (await askSession()) === "over") signInAgain();
  });
}
