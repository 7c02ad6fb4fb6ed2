/* One-letter keys, bound to the physical key so that they work in the Russian layout. ui.md section 11. */
import { glance } from "./glance.js";
import { isEverywhere, showHelp } from "./keys_help.js";

const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const isOff = () => document.documentElement.dataset.keys === "off";
const isShown = (element) => Boolean(element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent);

/** Keys act inside the open dialog only, while there is one: the uppermost, which stands last. */
const scope = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;

const rows = () => [...document.querySelectorAll("[data-row]")].filter(isShown);
const currentRow = () => document.querySelector("[data-row].is-current");

export function makeCurrent(row) {
  currentRow()?.removeAttribute("aria-current");
  currentRow()?.classList.remove("is-current");
  row.classList.add("is-current");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  const link = row.querySelector("[data-row-link]") ?? row.querySelector("a, button, input");
  link?.focus({ preventScroll: true });
  row.dispatchEvent(new CustomEvent("row:current", { bubbles: true }));
}

function walk(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(currentRow());
  makeCurrent(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
  return true;
}

function press(code) {
  const selector = `[data-key="${code}"]`;
  const inRow = scope() === document ? currentRow()?.querySelectorAll(selector) : null;
  /* What the page has goes before what every page has: «/» is its own search where it has one. */
  const own = [...scope().querySelectorAll(selector)].sort((one, other) => isEverywhere(one) - isEverywhere(other));
  const target = [...(inRow ?? []), ...own].find((each) => isShown(each) && !each.closest("[data-row]:not(.is-current)"));
  if (!target) return false;
  if (target.matches(FIELDS)) {
    target.focus();
    target.select?.();
  } else target.click();
  return true;
}

let isGoing = false;

function go(code) {
  isGoing = false;
  const link = document.querySelector(`[data-go="${code}"]`);
  link?.click();
  return Boolean(link);
}

const TABLE = { KeyJ: () => walk(1), KeyK: () => walk(-1), Enter: openRow, Space: () => press("Space") || glance() };

function openRow() {
  const isOnControl = document.activeElement?.matches("a, button, summary, input, label");
  if (isOnControl || scope() !== document) return false;
  const link = currentRow()?.querySelector("[data-row-link]");
  link?.click();
  return Boolean(link);
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const isTyping = event.target.closest?.(FIELDS);
  if (isTyping || event.ctrlKey || event.metaKey || isOff()) return;
  if (event.target.closest?.(".menu[popover]")) return;
  if (event.key === "?" || (event.shiftKey && event.code === "Slash")) {
    showHelp(scope());
    event.preventDefault();
    return;
  }
  if (event.shiftKey) return;
  if (isGoing) {
    if (go(event.code)) event.preventDefault();
    return;
  }
  if (event.code === "KeyG" && scope() === document) {
    isGoing = true;
    setTimeout(() => (isGoing = false), 1500);
    return;
  }
  if (event.code === "Space" && document.activeElement?.matches("button, summary, input, a[role=button]")) return;
  const isDone = (TABLE[event.code] ?? (() => press(event.code)))();
  if (isDone) event.preventDefault();
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => event.target.closest("[data-keys-help]") && showHelp(document));
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || row.classList.contains("is-current") || event.target.closest("a, button, input, label, select")) return;
    makeCurrent(row);
  });
}
