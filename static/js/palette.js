/* Ctrl K: the palette. The field keeps the focus, the arrows move the chosen option (combobox with a listbox). */
import { signInAgain } from "./session.js";
import { announce, words } from "./words.js";

const DELAY = 80;
const dialog = document.getElementById("palette");
const input = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
const preview = document.getElementById("palette-preview");
let asked = 0;
let timer = 0;
let opener = null;

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector('[aria-selected="true"]');

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  preview.replaceChildren();
  input.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
  const about = option.querySelector("template");
  if (about) preview.append(about.content.cloneNode(true));
}

function move(step) {
  const all = options();
  if (!all.length) return;
  const at = all.indexOf(chosen());
  choose(all[(at + step + all.length) % all.length]);
}

/** Marks what was typed where a word of the title begins with it. */
function mark(query) {
  for (const title of list.querySelectorAll(".palette-title")) {
    const text = title.textContent;
    const at = text.toLowerCase().replaceAll("ё", "е").indexOf(query.toLowerCase().replaceAll("ё", "е"));
    if (!query || at < 0) continue;
    const hit = document.createElement("mark");
    hit.textContent = text.slice(at, at + query.length);
    title.replaceChildren(text.slice(0, at), hit, text.slice(at + query.length));
  }
}

/** An answer that arrives after a later question is dropped. */
async function ask() {
  const number = (asked += 1);
  const query = input.value.trim();
  dialog.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${dialog.dataset.palette}?q=${encodeURIComponent(query)}`, { headers: { "HX-Request": "true" } });
    if (answer.status === 401) signInAgain(ask);
    if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (number !== asked) return;
    list.innerHTML = html;
    mark(query);
    choose(options()[0]);
    announce(`${words.found}: ${options().length}`);
  } catch {
    if (number !== asked) return;
    list.textContent = words.searchFailed;
    preview.replaceChildren();
  }
  dialog.removeAttribute("aria-busy");
}

function open() {
  if (dialog.open) {
    input.select();
    return;
  }
  opener = document.activeElement;
  dialog.showModal();
  input.value = "";
  input.focus();
  ask();
}

function follow(option, inNewTab) {
  if (!option) return;
  if (inNewTab) window.open(option.href, "_blank", "noopener");
  else option.click();
}

function onKey(event) {
  const isMod = event.ctrlKey || event.metaKey;
  if (event.key === "ArrowDown" || (isMod && event.code === "KeyJ")) move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter") follow(chosen(), isMod);
  else return;
  event.preventDefault();
}

export function startPalette() {
  if (!dialog) return;
  /* Before every other script: Ctrl K works in fields and over dialogs, in any layout. */
  document.addEventListener(
    "keydown",
    (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.code !== "KeyK") return;
      event.preventDefault();
      event.stopPropagation();
      open();
    },
    true,
  );
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) {
      event.preventDefault();
      open();
    }
    if (event.target.closest("[data-palette-close]") || event.target === dialog) dialog.close();
  });
  list.addEventListener("mousemove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
  /* A call or a place on this very page leaves no page: the palette closes by itself. */
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && !event.ctrlKey && !event.metaKey) dialog.close();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, DELAY);
  });
  input.addEventListener("keydown", onKey);
  dialog.addEventListener("close", () => opener?.isConnected && opener.focus());
}
