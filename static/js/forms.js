/* Forms: one submit at a time, a busy button, Ctrl+Enter, growing text, a warning before losing text. */
import { noteInForm } from "./failures.js";
import { hasSession, obstacle } from "./session.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

function busy(button) {
  if (!button || button.getAttribute("aria-busy") === "true") return;
  button.dataset.label = button.innerHTML;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-busy", "true");
  const spinner = document.createElement("span");
  spinner.className = "spinner";
  const label = button.classList.contains("btn--icon") ? "" : button.dataset.busy || words.saving;
  button.replaceChildren(spinner, label);
}

function free(root) {
  for (const button of root.querySelectorAll('[aria-busy="true"]')) {
    button.removeAttribute("aria-busy");
    button.style.minWidth = "";
    if (button.dataset.label !== undefined) button.innerHTML = button.dataset.label;
    delete button.dataset.label;
  }
  for (const form of root.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  if (root.matches?.("form")) delete root.dataset.sent;
}

function onSubmit(event) {
  const form = event.target;
  const { submitter } = event;
  // A download leaves the page where it is: nothing to wait for.
  if (submitter?.matches("[data-download]")) return;
  if (form.method === "dialog" || (form.method === "get" && !form.hasAttribute("hx-get")) || form.matches("[data-session-form]")) return;
  const isChecked = form.dataset.checked !== undefined;
  delete form.dataset.checked;
  if (!isChecked && form.dataset.sent !== undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "";
  if (!isChecked && hasSession() && !isHtmx(form) && !form.matches("[data-unchecked]")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (submitter?.matches(".btn")) busy(submitter);
    sendIfPossible(form, submitter);
    return;
  }
  delete form.dataset.dirty;
  /* After the browser has read the name and value of the pressed button. */
  setTimeout(() => {
    if (event.defaultPrevented && !isHtmx(form)) free(form);
    else if (submitter?.matches(".btn")) busy(submitter);
  });
}

/** A plain form leaves the page: first see that somebody is there to take it, and that one is still signed in. */
async function sendIfPossible(form, submitter) {
  const send = () => {
    form.dataset.checked = "";
    form.requestSubmit(submitter ?? undefined);
  };
  const text = await obstacle(send);
  form.querySelector("[data-failure]")?.remove();
  if (!text) {
    send();
    return;
  }
  free(form);
  if (submitter) free(submitter.parentElement);
  if (text !== "over") noteInForm(form, text, () => form.requestSubmit(submitter ?? undefined));
}

const isHtmx = (form) => form.matches("[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete], [hx-boost]");

function onKey(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.form ?? event.target.closest("form");
  if (!form) return;
  const controls = [...form.elements]; // those of the page's foot, too
  const button = controls.find((each) => each.matches(".btn--primary:not(:disabled)")) ?? form.querySelector("[type=submit]");
  event.preventDefault();
  form.requestSubmit(button ?? undefined);
}

function onInput(event) {
  const form = event.target.closest("form[data-keep]");
  if (form) form.dataset.dirty = "";
}

function onLeave(event) {
  if (document.querySelector("form[data-keep][data-dirty]")) event.preventDefault();
}

function onClick(event) {
  const eye = event.target.closest("[data-show-password]");
  if (eye) {
    const input = document.getElementById(eye.dataset.showPassword);
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    eye.setAttribute("aria-pressed", String(!isShown));
  }
  const copy = event.target.closest("[data-copy], [data-copy-from]");
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy || document.getElementById(copy.dataset.copyFrom)?.textContent.trim()).then(() => toast({ text: words.copied }));
}

function onChange(event) {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
}

function onCaps(event) {
  const hint = document.querySelector("[data-caps]");
  if (hint && event.getModifierState) hint.hidden = !event.getModifierState("CapsLock");
}

export function startForms() {
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("keydown", onKey);
  document.addEventListener("keyup", onCaps);
  document.addEventListener("input", onInput);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
  window.addEventListener("beforeunload", onLeave);
  window.addEventListener("pageshow", () => free(document));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) free(form);
  });
}
