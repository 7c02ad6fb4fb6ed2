/* Dialogs: native <dialog>, opened by data-dialog-open, or by arriving in #dialog-slot. Also the rail drawer. */
const openers = new WeakMap();
let lastActive = null;

function firstField(dialog) {
  return dialog.querySelector("[aria-invalid=true], [autofocus]") ?? dialog.querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea)") ?? dialog.querySelector(".dialog-foot .btn");
}

export function openDialog(dialog, opener = document.activeElement) {
  if (!dialog.open) dialog.showModal();
  openers.set(dialog, opener);
  const field = firstField(dialog);
  if (field?.type === "radio") (dialog.querySelector(`[name="${field.name}"]:checked`) ?? field).focus();
  else field?.focus();
}

/** To what opened the dialog; when an answer has replaced it, to the row one was working on. */
function giveBackFocus(opener) {
  const isThere = opener?.isConnected && opener !== document.body;
  (isThere ? opener : document.querySelector("[data-row].is-current [data-row-link]"))?.focus();
}

function onClose(event) {
  const dialog = event.target;
  if (!dialog.matches?.("dialog")) return;
  const opener = openers.get(dialog);
  /* Told before it is removed: an event on an element outside the page reaches nobody. */
  dialog.dispatchEvent(new CustomEvent("dialog:closed", { bubbles: true }));
  if (dialog.closest("#dialog-slot")) dialog.remove();
  giveBackFocus(opener);
}

function onClick(event) {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (dialog) {
      event.preventDefault();
      openDialog(dialog, opener);
    }
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  const dialog = closer?.closest("dialog");
  if (dialog?.open) {
    event.preventDefault();
    dialog.close();
  }
  if (event.target.matches("dialog.dialog") && !isDirty(event.target)) closeIfOutside(event);
}

const isDirty = (dialog) => Boolean(dialog.querySelector("form[data-dirty]"));

function closeIfOutside(event) {
  const box = event.target.getBoundingClientRect();
  const isInside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!isInside) event.target.close();
}

function openArrived() {
  const dialog = document.querySelector("#dialog-slot > dialog");
  if (dialog) openDialog(dialog, lastActive);
  return Boolean(dialog);
}

function toggleRail(isOpen) {
  const rail = document.querySelector(".rail");
  const button = document.querySelector("[data-rail-toggle]");
  if (!rail) return;
  const next = isOpen ?? !rail.hasAttribute("data-open");
  rail.toggleAttribute("data-open", next);
  button?.setAttribute("aria-expanded", String(next));
  if (next) (rail.querySelector("a, button, input") ?? rail).focus();
  else button?.focus();
}

function onEscape(event) {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const rail = document.querySelector(".rail[data-open]");
  if (!rail || !rail.contains(document.activeElement)) return;
  const closer = rail.querySelector("a[data-rail-close]");
  if (closer) closer.click();
  else toggleRail(false);
}

export function startDialogs() {
  document.addEventListener("click", onClick);
  document.addEventListener("close", onClose, true);
  document.addEventListener("keydown", onEscape);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-rail-toggle]")) toggleRail();
    if (event.target.closest("button[data-rail-close]")) toggleRail(false);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.closest("dialog")) lastActive = document.activeElement;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "dialog-slot" && !openArrived()) giveBackFocus(lastActive);
  });
  /* The server closes the dialog with HX-Trigger: dialog:close. */
  document.addEventListener("dialog:close", () => document.querySelector("#dialog-slot > dialog")?.close());
  openArrived();
}
