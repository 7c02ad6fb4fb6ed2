/* The chat: what one types is kept, the talk is read anew without moving under one's hands, a failed sending stays in place.
   Without this script the panel is a page with forms. */
import { makeCurrent } from "./keys.js";
import { showOffline } from "./session.js";
import { announce } from "./words.js";

const PREFIX = "chat-draft";
const KEPT = "textarea, input:not([type=hidden], [type=file], [type=radio]), select, input[type=radio]:checked";
const NEAR_THE_END = 60;

const panel = () => document.querySelector("#chat[data-chat]");
const feed = () => document.getElementById("chat-feed");
const scroller = () => document.querySelector("[data-chat-scroll]");
const composer = () => document.querySelector("[data-chat-form]");
const textOf = (form) => form.querySelector("textarea[name=text]");

/* --- The draft: of one person and one thread, on this device ------------------------------------------------------- */
const draftKey = () => `${PREFIX}:${document.documentElement.dataset.person}:${panel().dataset.chat}`;

function keepDraft(form) {
  const fields = Object.fromEntries([...form.querySelectorAll(KEPT)].map((each) => [each.name, each.value]));
  try {
    if (Object.entries(fields).some(([name, value]) => name !== "kind" && value)) localStorage.setItem(draftKey(), JSON.stringify(fields));
    else localStorage.removeItem(draftKey());
  } catch {
    /* Where nothing can be kept, nothing is. */
  }
}

function forgetDraft() {
  try {
    localStorage.removeItem(draftKey());
  } catch {
    /* There is nothing to forget. */
  }
}

function bringDraft(form) {
  let fields = null;
  try {
    fields = JSON.parse(localStorage.getItem(draftKey()));
  } catch {
    return;
  }
  if (!fields || textOf(form).value || form.querySelector("[aria-invalid=true]")) return;
  for (const [name, value] of Object.entries(fields)) {
    if (name === "kind") choose(form, value);
    else if (form.elements[name]) form.elements[name].value = value;
  }
}

/* --- The composer ---------------------------------------------------------------------------------------------------- */
function choose(form, kind) {
  const chip = form.querySelector(`[name=kind][value="${CSS.escape(kind)}"]`);
  if (chip) chip.checked = true;
  tellWhereItGoes(form);
}

function tellWhereItGoes(form) {
  const note = form.querySelector("[data-chat-note]");
  const files = form.querySelector("[data-chat-files]").files;
  const kind = form.querySelector("[name=kind]:checked")?.value ?? "note";
  note.textContent = files.length ? [...files].map((file) => file.name).join(", ") : kind === "note" ? note.dataset.talks : note.dataset.asks;
}

function firstFieldOf(form) {
  return [...form.querySelectorAll(".chat-extra :is(input, select)")].find((each) => each.checkVisibility()) ?? textOf(form);
}

function fail(form, isFailed) {
  form.querySelector("[data-chat-failed]").hidden = !isFailed;
}

/* --- @: whom to call in --------------------------------------------------------------------------------------------- */
const people = () => document.getElementById("chat-people");
const offered = () => [...people().querySelectorAll("[data-chat-person]:not([hidden])")];

/** What stands between the last @ and the caret, or null. */
function askedFor(field) {
  const before = field.value.slice(0, field.selectionStart);
  return before.match(/(?:^|\s)@([^@\n]{0,40})$/u)?.[1] ?? null;
}

function offer(field) {
  const asked = askedFor(field)?.toLowerCase();
  for (const each of people().querySelectorAll("[data-chat-person]")) {
    const name = each.dataset.chatPerson.toLowerCase();
    each.hidden = asked === undefined || !name.split(" ").concat(name).some((part) => part.startsWith(asked)) || name === asked;
  }
  const found = offered();
  if (!found.length) return people().matches(":popover-open") && people().hidePopover();
  if (!people().matches(":popover-open")) people().showPopover();
  const [box, own] = [field.getBoundingClientRect(), people()];
  own.style.margin = "0";
  own.style.left = `${box.left}px`;
  own.style.top = `${Math.max(8, box.top - own.offsetHeight - 4)}px`;
  mark(found[0]);
}

function mark(option) {
  for (const each of people().querySelectorAll("[aria-selected]")) each.removeAttribute("aria-selected");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
}

function callIn(name) {
  const field = textOf(composer());
  const start = field.selectionStart - askedFor(field).length;
  field.setRangeText(`${name} `, start, field.selectionStart, "end");
  people().hidePopover();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function walkPeople(event) {
  if (!people()?.matches(":popover-open")) return;
  const found = offered();
  const at = found.findIndex((each) => each.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(found.at((at + step) % found.length));
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") callIn(found[Math.max(at, 0)].dataset.chatPerson);
  else if (event.key === "Escape") people().hidePopover();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/* --- The talk -------------------------------------------------------------------------------------------------------- */
let place = null;

const isAtTheEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_THE_END;

function toTheEnd() {
  const box = scroller();
  const news = document.getElementById("chat-unread");
  if (!box) return;
  if (news) box.scrollTop += news.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
  else box.scrollTop = box.scrollHeight;
}

/** Nothing is read anew while nobody looks, or while somebody writes or chooses in the talk. */
const isBusy = () => Boolean(document.hidden || feed()?.querySelector("details[open]") || document.activeElement?.closest?.("[data-chat-feed] :is(textarea, input)"));

function onBefore(event) {
  const { elt, requestConfig } = event.detail;
  const isPoll = elt.matches?.("[data-chat-feed]") && requestConfig?.verb === "get";
  if ((isPoll && isBusy()) || (elt.matches?.("[data-chat-read]") && document.hidden)) event.preventDefault();
  if (elt.matches?.("[data-chat-form]")) fail(elt, false);
}

/** A sending that failed stays in its place with a way to repeat it; a look for news that failed is made again anyway. */
function onFailure(event) {
  const { elt, xhr } = event.detail;
  const status = xhr?.status ?? 0;
  const isSending = elt.matches?.("[data-chat-form]") && (status === 0 || status >= 500);
  const isQuiet = elt.matches?.("[data-chat-feed], [data-chat-read]") && status !== 401;
  if (!isSending && !isQuiet) return;
  event.stopPropagation();
  if (!status && event.type !== "htmx:timeout") showOffline();
  if (isSending) fail(elt, true);
}

function onSettle(event) {
  const { target, requestConfig } = event.detail;
  const isSent = requestConfig?.elt?.matches?.("[data-chat-form]") && event.detail.xhr?.status === 200;
  if (isSent) {
    forgetDraft();
    start({ isFresh: false });
    toTheEnd();
    textOf(composer())?.focus();
    return;
  }
  if (target?.id === "chat" || target?.matches?.(".rail")) {
    if (panel()) start({ isFresh: true });
    else document.querySelector("[data-chat-open]")?.focus();
  }
}

/** Where one was in the talk, across its being read anew. */
document.addEventListener("htmx:beforeSwap", () => {
  const box = scroller();
  place = box && { top: box.scrollTop, isEnd: isAtTheEnd(box), height: box.scrollHeight, last: box.querySelector(".chat-line:last-child")?.id };
});
document.addEventListener("htmx:afterSettle", (event) => {
  const box = scroller();
  if (!box || !place || !event.detail.elt?.matches?.("[data-chat-feed]")) return;
  const isMore = event.detail.pathInfo?.requestPath?.includes("shown=") && box.scrollHeight > place.height && !place.isEnd;
  box.scrollTop = place.isEnd ? box.scrollHeight : place.top + (isMore ? box.scrollHeight - place.height : 0);
  const last = [...box.querySelectorAll(".chat-line")].at(-1);
  if (last && last.id !== place.last) announce(last.querySelector(".chat-who b")?.textContent ?? "");
});

/** The panel has come: with the page, by its button, or after a sending. */
function start({ isFresh }) {
  const form = composer();
  if (isFresh) toTheEnd();
  if (!form) return;
  if (isFresh) bringDraft(form);
  tellWhereItGoes(form);
  const wrong = form.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
  else if (isFresh && !matchMedia("(pointer: coarse)").matches && !document.querySelector("#comment form")) textOf(form).focus({ preventScroll: true });
}

/* --- The phone: the panel ends where the keyboard begins ------------------------------------------------------------- */
function fit() {
  const box = panel();
  if (!box) return;
  const isPhone = matchMedia("(max-width: 719px)").matches;
  const above = window.visualViewport;
  box.style.maxHeight = isPhone && above ? `${Math.round(above.height)}px` : "";
}
window.visualViewport?.addEventListener("resize", fit);

document.addEventListener("htmx:beforeRequest", onBefore);
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, onFailure, true);
/* Not before htmx knows the new links and forms: what is in focus can be used at once. */
document.addEventListener("htmx:afterSettle", onSettle);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !feed()) return;
  htmx.trigger(feed(), "chat:changed");
  const read = document.querySelector("[data-chat-read]");
  if (read) htmx.trigger(read, "chat:seen");
});
document.addEventListener("keydown", (event) => event.target.closest?.("[data-chat-form]") && walkPeople(event), true);
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-chat-form]");
  if (!form) return;
  keepDraft(form);
  if (event.target === textOf(form)) offer(event.target);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-chat-form]");
  if (!form) return;
  keepDraft(form);
  tellWhereItGoes(form);
  /* The fields of a kind take room from the talk: its end stays in sight. */
  const box = scroller();
  if (event.target.name === "kind" && box.scrollHeight - box.scrollTop - box.clientHeight < 4 * NEAR_THE_END) box.scrollTop = box.scrollHeight;
});
document.addEventListener("click", (event) => {
  const person = event.target.closest("[data-chat-person]");
  if (person) callIn(person.dataset.chatPerson);
  const kind = event.target.closest("[data-chat-kind]");
  if (kind && composer()) {
    choose(composer(), kind.dataset.chatKind);
    firstFieldOf(composer()).focus();
  }
  if (event.target.closest("[data-chat-again]")) composer().requestSubmit();
});
/* The row whose thread is opened is the current one. */
document.addEventListener("click", (event) => {
  const row = event.target.closest(".chat-row [data-row-link]")?.closest("[data-row]");
  if (row) makeCurrent(row);
});
/* The key that opens the panel leads into it when it is open. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-chat-open]");
  if (!opener || !panel()) return;
  event.preventDefault();
  event.stopPropagation();
  (composer() ? textOf(composer()) : scroller()).focus();
}, true);

if (panel()) {
  start({ isFresh: true });
  fit();
}
