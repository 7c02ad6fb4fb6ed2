/* What a request that failed says: what happened, what became of the data, what to do; and «Повторить» where that is safe. */
import { askSession, showOffline, signInAgain } from "./session.js";
import { toast } from "./toast.js";
import { icon, words } from "./words.js";

const PATIENCE = 200;
const BY_STATUS = { 403: "forbidden", 404: "gone", 409: "conflict", 413: "tooLarge", 429: "tooOften" };

function button(label, run) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "btn";
  element.textContent = label;
  element.addEventListener("click", run);
  return element;
}

/** What a person has typed into the form, to be pasted elsewhere. */
const typedIn = (form) =>
  [...form.elements]
    .filter((field) => field.matches("textarea, input:is([type=text], :not([type]))") && field.value.trim())
    .map((field) => field.value.trim())
    .join("\n");

/** A note at the top of `place`, in the stead of the one before it. */
export function noteIn(place, text, again = null) {
  place.querySelector(":scope > [data-failure]")?.remove();
  const note = document.createElement("div");
  note.className = "note note--bad failure";
  note.dataset.failure = "";
  note.setAttribute("role", "alert");
  const line = document.createElement("span");
  line.textContent = text;
  const actions = document.createElement("span");
  actions.className = "form-actions";
  if (again) actions.append(button(words.retry, () => (note.remove(), again())));
  const form = place.closest("form");
  if (form && typedIn(form)) actions.append(button(words.copyText, () => navigator.clipboard?.writeText(typedIn(form)).then(() => toast({ text: words.copied }))));
  note.append(icon("circle-alert"), line, actions);
  place.prepend(note);
  return note;
}

export function noteInForm(form, text, again) {
  const place = form.querySelector(".dialog-body") ?? form;
  noteIn(place, text, again).scrollIntoView({ block: "nearest" });
}

function repeat({ elt, requestConfig }) {
  if (!elt?.isConnected) return null;
  if (elt.matches("form")) return () => elt.requestSubmit(requestConfig?.triggeringEvent?.submitter ?? undefined);
  return elt.matches("a, button") ? () => elt.click() : null;
}

function onFailure(event) {
  const { elt, target, xhr, requestConfig } = event.detail;
  const status = xhr?.status ?? 0;
  const again = repeat(event.detail);
  if (status === 401) return signInAgain(again);
  if (xhr?.getResponseHeader?.("X-Refused") === "token") {
    return askSession().then((state) => (state === "ok" ? again?.() : signInAgain(again)));
  }
  const isTimeout = event.type === "htmx:timeout";
  if (!status && !isTimeout) showOffline();
  const isRead = requestConfig?.verb === "get";
  const code = xhr?.getResponseHeader?.("X-Error-Code");
  const said = words[isTimeout ? (isRead ? "slow" : "slowToSave") : !status ? "offline" : (BY_STATUS[status] ?? (isRead ? "failedToRead" : "failed"))];
  const text = code ? `${said} ${words.errorCode.replace("{code}", code)}` : said;
  const form = elt?.closest?.("form");
  if (form && !isRead) noteInForm(form, text, again);
  else if (isRead && target?.isConnected && !target.matches("body, #dialog-slot, tbody, ul, ol")) noteIn(target, text, again);
  else if (status || again || !elt?.closest?.("[hx-trigger]")) toast({ text, kind: "error", action: isRead && again ? { label: words.retry, run: again } : null });
}

/** A part of the page that is being read anew turns into a skeleton of itself, if it takes long. */
function watchLoading() {
  const waiting = new WeakMap();
  document.addEventListener("htmx:beforeRequest", ({ detail: { target, requestConfig } }) => {
    if (requestConfig.verb !== "get" || !target || target.matches("body, #dialog-slot")) return;
    clearTimeout(waiting.get(target));
    waiting.set(target, setTimeout(() => {
      target.classList.add("is-loading");
      target.setAttribute("aria-busy", "true");
    }, PATIENCE));
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { target } }) => {
    if (!target) return;
    clearTimeout(waiting.get(target));
    target.classList.remove("is-loading");
    target.removeAttribute("aria-busy");
  });
}

export function startFailures() {
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, onFailure);
  document.addEventListener("htmx:afterSwap", (event) => event.detail.target?.querySelector(":scope > [data-failure]")?.remove());
  watchLoading();
}
