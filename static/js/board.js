// The board: a card is moved by dragging, by keys or by its menu; all three ask the same address.
import { isBusy, tell, tellLater } from "./live.js";
import { toast } from "./toast.js";

let menuCard = null;
let lastMoved = "";
/** Where a dragged card came from. */
const homes = new WeakMap();

const cardsIn = (column) => [...column.querySelectorAll("[data-deal]")];
const columns = () => [...document.querySelectorAll("#board [data-stage]")];
const canMove = () => document.querySelector("#board[data-can-move]") !== null;

/** One request after another: htmx keeps only the last of those waiting for the same element, and would drop a move. */
let work = Promise.resolve();
function inTurn(request) {
  work = work.then(request).catch(() => {});
}

/** The address of the page, asking for as many cards of each column as are loaded now. */
function sameBoard() {
  const address = new URL(location.href);
  const loaded = columns().map((column) => `${column.dataset.stage}:${cardsIn(column).length}`);
  address.searchParams.set("loaded", loaded.join(","));
  return address.href;
}

let places = [];

/** Read the board anew, and leave everything where it was: the columns as far scrolled, the focus on its card. */
function refresh() {
  inTurn(() => {
    places = columns().map((column) => [column.dataset.stage, column.querySelector("[data-cards]").scrollTop]);
    return htmx.ajax("GET", sameBoard(), { target: "#board", select: "#board", swap: "outerHTML" });
  });
}

function scrollBack() {
  for (const [stage, top] of places) {
    const list = document.querySelector(`#board [data-stage="${stage}"] [data-cards]`);
    if (list) list.scrollTop = top;
  }
}

let focused = "";

/** Others move cards, too. What changed may be a card that is not shown here: the board's stamp says. */
async function lookForChanges({ target: board }) {
  if (board.id !== "board") return;
  const answer = await fetch(board.dataset.stampUrl + location.search).catch(() => null);
  if (!answer || answer.status > 500) return tellLater([board]);
  if (!answer.ok || answer.redirected) return;
  const stamp = await answer.text();
  if (stamp === board.dataset.stamp || !board.isConnected) return;
  if (isBusy(board)) return tell([board]);
  focused = document.activeElement?.closest("[data-deal]")?.dataset.deal ?? "";
  refresh();
}
document.addEventListener("live:changed", lookForChanges);

/** Ask the server to move the card. It moves, or answers with the dialog of what the status needs, or says why not. */
function move(card, stage) {
  lastMoved = card.dataset.deal;
  card.setAttribute("aria-busy", "true");
  const { moveUrl, version } = card.dataset;
  inTurn(() => htmx.ajax("POST", moveUrl, {
    target: "#dialog-slot",
    values: { stage, version, next: location.pathname + location.search, ask: "1", from: "board" },
  }));
}

/** Without the server: each card that is still asking stands again where the page was loaded with it. */
function returnCards() {
  for (const card of document.querySelectorAll('#board [data-deal][aria-busy="true"]')) {
    card.removeAttribute("aria-busy");
    homes.get(card)?.append(card);
  }
  refresh();
}

function startDragging() {
  if (!canMove() || !window.Sortable) return;
  for (const list of document.querySelectorAll("#board [data-cards]")) {
    Sortable.create(list, {
      group: { name: "deals", put: !list.closest("[data-no-drop]") },
      draggable: "[data-deal]",
      filter: "button, .pick",
      preventOnFilter: false,
      sort: false,
      animation: 120,
      delay: 250,
      delayOnTouchOnly: true,
      fallbackTolerance: 4,
      onEnd: ({ item, from, to }) => {
        if (from === to) return;
        homes.set(item, from);
        move(item, to.closest("[data-stage]").dataset.stage);
      },
    });
  }
}

function step(card, key) {
  const all = columns().filter((column) => cardsIn(column).length);
  const column = card.closest("[data-stage]");
  const at = all.indexOf(column);
  const row = cardsIn(column).indexOf(card);
  const next = {
    ArrowUp: () => cardsIn(column)[row - 1],
    ArrowDown: () => cardsIn(column)[row + 1],
    ArrowLeft: () => all[at - 1] && cardsIn(all[at - 1])[Math.min(row, cardsIn(all[at - 1]).length - 1)],
    ArrowRight: () => all[at + 1] && cardsIn(all[at + 1])[Math.min(row, cardsIn(all[at + 1]).length - 1)],
  }[key]();
  next?.querySelector("[data-card-link]").focus();
}

function onKey(event) {
  if (!event.key.startsWith("Arrow") || event.altKey || event.ctrlKey || event.metaKey || event.target.closest(".menu, dialog, input, select, textarea")) return;
  const card = event.target.closest?.("[data-deal]");
  if (!card) {
    document.querySelector("#board [data-card-link]")?.focus();
    return;
  }
  event.preventDefault();
  if (!event.shiftKey) {
    step(card, event.key);
    return;
  }
  if (!canMove() || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  // A deal is closed by dragging or from the menu, never by one key too many.
  const all = columns().filter((column) => column.matches(".board-column:not([data-no-drop])") || column.contains(card));
  const target = all[all.indexOf(card.closest("[data-stage]")) + (event.key === "ArrowRight" ? 1 : -1)];
  if (target) move(card, target.dataset.stage);
}

function onClick(event) {
  const opener = event.target.closest(".board-menu");
  if (opener) menuCard = opener.closest("[data-deal]");
  const choice = event.target.closest("[data-move-to]");
  if (choice && menuCard) {
    document.getElementById("stage-menu").hidePopover();
    move(menuCard, choice.dataset.moveTo);
  }
}

function onRefused(event) {
  const { text, link } = event.detail;
  toast({ text, kind: "error", action: link ? { label: link.label, run: () => location.assign(link.url) } : null });
  refresh();
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", onClick);
document.addEventListener("deal:refused", onRefused);
document.addEventListener("deal:moved", refresh);
/* Not moved after all: the card goes back, the toast has said why. */
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const move = event.detail.requestConfig?.verb === "post" && event.detail.requestConfig.path.includes("/move/");
    if (move) returnCards();
  });
}
document.addEventListener("dialog:closed", (event) => {
  if (event.target.matches("[data-stage-dialog]")) refresh();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "board" && event.detail.elt?.id !== "board") return;
  startDragging();
  scrollBack();
  document.querySelector(`[data-deal="${focused || lastMoved}"] [data-card-link]`)?.focus({ preventScroll: true });
  focused = lastMoved = "";
});
startDragging();
