/* Toasts: six seconds, or until closed when they offer an action or tell of an error. */
import { announce, icon, markOf, words } from "./words.js";

const LIFE = 6000;

function schedule(toast) {
  const stays = toast.dataset.toast === "error" || toast.querySelector("form, a, [data-toast-action]");
  if (stays) return;
  let timer = setTimeout(() => toast.remove(), LIFE);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => (timer = setTimeout(() => toast.remove(), LIFE)));
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-close";
  button.dataset.toastClose = "";
  button.setAttribute("aria-label", words.close);
  button.append(icon("x"));
  return button;
}

function undoForm(url) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  const button = document.createElement("button");
  button.textContent = words.undo;
  button.dataset.key = "KeyZ";
  form.append(token, button);
  return form;
}

/** Show a toast. `undo` is an address to post to, `action` a {label, run}. */
export function toast({ text, kind = "success", undo = "", action = null }) {
  const host = document.getElementById("toasts");
  if (!host) return;
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.toast = kind;
  box.setAttribute("role", kind === "error" ? "alert" : "status");
  const line = document.createElement("span");
  line.className = "toast-text";
  line.textContent = text;
  box.append(markOf(kind), line);
  if (undo) box.append(undoForm(undo));
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.toastAction = "";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      box.remove();
      action.run();
    });
    box.append(button);
  }
  box.append(closeButton());
  host.append(box);
  raise(host);
  schedule(box);
  if (kind !== "error") announce(text);
}

/** Above an open dialog, which lives in the browser's top layer. */
function raise(host) {
  if (!document.querySelector("dialog[open]") || !host.showPopover) return;
  host.popover = "manual";
  if (host.matches(":popover-open")) host.hidePopover();
  host.showPopover();
}

export function startToasts() {
  document.querySelectorAll(".toast").forEach(schedule);
  document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".toast").remove());
  document.addEventListener("toast", (event) => toast(event.detail));
}
