/* Choosing many rows or cards: X on the current one, Shift for a range, all that are shown, all of the filter; Esc lets go. */
import { announce } from "./words.js";

const boxes = () => [...document.querySelectorAll("[data-pick]")];
const bar = () => document.querySelector("[data-bulk]");
const everything = () => document.querySelector("[data-pick-all]");
const isAll = () => Boolean(everything()?.checked);
const chosen = () => boxes().filter((box) => box.checked);

/** From where a range with Shift begins. */
let anchor = null;

/** The bar's number and the box in the head follow what is chosen. */
function show({ isTold = true } = {}) {
  const form = bar();
  if (!form) return;
  const all = boxes();
  const count = isAll() ? Number(form.dataset.count) : chosen().length;
  const place = form.querySelector("[data-pick-count]");
  if (isTold && place.textContent !== String(count)) announce(`${place.parentElement.firstChild.textContent.trim()} ${count}`);
  place.textContent = count;
  for (const head of document.querySelectorAll("[data-pick-loaded]")) {
    head.hidden = false;
    head.checked = all.length > 0 && all.every((box) => box.checked);
    head.indeterminate = !head.checked && all.some((box) => box.checked);
  }
}

function setAll(isChecked) {
  for (const box of boxes()) box.checked = isChecked;
}

/** All boxes of the same list between the anchor and this one become as this one is. */
function stretch(box) {
  const list = [...(box.closest("tbody, ul")?.querySelectorAll("[data-pick]") ?? [])];
  const [from, to] = [list.indexOf(anchor), list.indexOf(box)];
  if (from < 0 || to < 0) return;
  for (const between of list.slice(Math.min(from, to), Math.max(from, to) + 1)) between.checked = box.checked;
}

function changed(box, isRange) {
  if (isRange) stretch(box);
  anchor = box;
  if (!box.checked && everything()) everything().checked = false;
  show();
}

function clear() {
  setAll(false);
  if (everything()) everything().checked = false;
  anchor = null;
  show();
}

const ROW = "[data-deal], [data-row]";

/** The box of the row or card one is at. */
const current = () => (document.activeElement?.closest(ROW) ?? document.querySelector("[data-row].is-current"))?.querySelector("[data-pick]");

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], :popover-open")) return;
  // On a box Enter would send the bar's form; it opens the row as everywhere.
  if (event.key === "Enter" && event.target.matches?.("[data-pick]")) {
    event.target.closest(ROW)?.querySelector("[data-row-link], [data-card-link]")?.click();
    event.preventDefault();
    return;
  }
  if (event.key === "Escape" && (chosen().length || isAll())) {
    clear();
    event.preventDefault();
    return;
  }
  const isTyping = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (event.code !== "KeyX" || isTyping || document.documentElement.dataset.keys === "off") return;
  const box = current();
  if (!box) return;
  box.checked = !box.checked;
  changed(box, event.shiftKey);
  event.preventDefault();
}

function onClick(event) {
  const box = event.target.closest("[data-pick]");
  if (box) changed(box, event.shiftKey);
}

function onChange(event) {
  if (event.target.matches("[data-pick-loaded]")) {
    setAll(event.target.checked);
    if (!event.target.checked && everything()) everything().checked = false;
    show();
  }
  if (event.target.matches("[data-pick-all]")) {
    setAll(event.target.checked);
    show();
  }
}

/* The board is read anew from time to time, and lists load on: what was chosen stays so. */
let kept = new Set();
document.addEventListener("htmx:beforeSwap", () => (kept = new Set(chosen().map((box) => box.value))));
document.addEventListener("htmx:afterSettle", () => {
  for (const box of boxes()) if (isAll() || kept.has(box.value)) box.checked = true;
  if (anchor && !anchor.isConnected) anchor = null;
  show({ isTold: false });
});

/* What was done is told; the list behind it is out of date. */
document.addEventListener("dialog:closed", (event) => {
  if (!event.target.matches("[data-bulk-report]")) return;
  clear();
  if (document.getElementById("board")) document.dispatchEvent(new CustomEvent("deal:moved"));
  else location.reload();
});

document.addEventListener("keydown", onKey);
document.addEventListener("click", onClick);
document.addEventListener("change", onChange);
document.addEventListener("reset", (event) => {
  if (!event.target.matches("[data-bulk]")) return;
  event.preventDefault();
  clear();
});
window.addEventListener("pageshow", () => show({ isTold: false }));
show({ isTold: false });
