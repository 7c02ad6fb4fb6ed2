/* The list of keys: what has a key here, grouped; what the page has not is not named. */
import { openDialog } from "./dialog.js";
import { words } from "./words.js";

const NAMES = { Slash: "/", Space: words.space, BracketLeft: "[", BracketRight: "]", Period: ".", Comma: "," };
const capOf = (code) => NAMES[code] ?? code.replace(/^Key|^Digit/, "");
const isShown = (element) => Boolean(element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent);

function labelOf(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd, svg, .count, .sr-only").forEach((part) => part.remove());
  /* A name such as «Выполнено: такое-то дело» tells of one row; the list speaks of all. */
  return element.dataset.keyLabel || element.getAttribute("aria-label")?.split(":")[0] || copy.textContent.trim() || element.title;
}

function line(list, keys, text) {
  const box = document.createElement("div");
  box.dataset.letter = "";
  box.dataset.found = "";
  const name = document.createElement("dt");
  for (const key of keys) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    name.append(cap, " ");
  }
  const meaning = document.createElement("dd");
  meaning.textContent = text;
  box.append(name, meaning);
  list.prepend(box);
}

/** Keys of the top bar are the same on every page, except the buttons that a page has put there. */
export const isEverywhere = (element) => Boolean(element.closest(".topbar") && !element.closest(".topbar-actions"));

function listOwn(dialog, scope) {
  const found = new Map();
  const all = [...scope.querySelectorAll("[data-key]")].sort((one, other) => isEverywhere(one) - isEverywhere(other));
  for (const element of all) {
    const isHere = isShown(element) || (element.closest("[data-row]") && isShown(element.closest("[data-row]")));
    if (isHere && !dialog.contains(element) && !found.has(element.dataset.key)) found.set(element.dataset.key, element);
  }
  for (const [code, element] of [...found].reverse()) {
    line(dialog.querySelector(isEverywhere(element) ? "[data-keys-everywhere]" : "[data-keys-page]"), [capOf(code)], labelOf(element));
  }
}

export function showHelp(scope) {
  const dialog = document.getElementById("keys-help");
  if (!dialog || dialog.open) return;
  const isOff = document.documentElement.dataset.keys === "off";
  dialog.querySelectorAll("[data-found]").forEach((found) => found.remove());
  listOwn(dialog, scope);
  const places = [...document.querySelectorAll(".sidebar [data-go]")].reverse();
  for (const link of places) line(dialog.querySelector("[data-keys-go]"), ["G", capOf(link.dataset.go)], labelOf(link));
  const isThere = (selector) => [...document.querySelectorAll(selector)].some((each) => !each.closest("#keys-help"));
  for (const part of dialog.querySelectorAll("[data-when], [data-letter]")) {
    part.hidden = (isOff && part.dataset.letter !== undefined) || (part.dataset.when !== undefined && !isThere(part.dataset.when));
  }
  for (const group of dialog.querySelectorAll(".keys-groups section")) group.hidden = !group.querySelector("dl > div:not([hidden])");
  dialog.querySelector("[data-keys-off]").hidden = !isOff;
  openDialog(dialog);
}
