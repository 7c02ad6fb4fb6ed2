/* A number that is pressed is written down as a call; who comes back from the phone finds the comment's form (R4). */
import { post } from "./session.js";

const LONGEST = 3 * 60 * 60 * 1000;
const SHORTEST = 1000;
let called = null;

function body(link) {
  const fields = new FormData();
  fields.set("phone", link.getAttribute("href").slice("tel:".length));
  fields.set("csrfmiddlewaretoken", JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "");
  return fields;
}

function onCall(event) {
  const link = event.target.closest("a[data-call-log]");
  if (!link || event.defaultPrevented) return;
  called = { at: Date.now(), comment: link.dataset.callComment };
  /* Without a connection the call is not written down; the phone rings all the same. */
  post(link.dataset.callLog, () => body(link)).catch(() => {});
}

function onReturn() {
  if (!called || document.hidden) return;
  const away = Date.now() - called.at;
  if (away < SHORTEST) return;
  const { comment } = called;
  called = null;
  if (away > LONGEST || !comment || document.querySelector("form[data-dirty], dialog[open]")) return;
  const form = document.querySelector("[data-comment] textarea");
  if (form) form.focus();
  else location.assign(comment);
}

export function startPhone() {
  document.addEventListener("click", onCall);
  document.addEventListener("visibilitychange", onReturn);
  window.addEventListener("focus", onReturn);
}
