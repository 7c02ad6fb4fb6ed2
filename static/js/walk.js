/* Previous and next: a deal or a partner opened from a list remembers the list's order, so that one walks on from card to card. */
const CARD = /^\/(deals|partners)\/(\d+)\/$/;
const STORE = "walk";

const cardOf = (link) => (link.origin === location.origin ? CARD.exec(link.pathname) : null);

/** The cards of the same kind in the list around the link, in the order in which they stand. */
function listAround(link, kind) {
  const list = link.closest("[data-walk-list], .board-column, .rail-block") ?? document.getElementById("content");
  const numbers = [...(list?.querySelectorAll("a[href]") ?? [])].map(cardOf).filter((card) => card?.[1] === kind).map((card) => card[2]);
  return [...new Set(numbers)];
}

function remember(event) {
  const link = event.target.closest?.("a[href]");
  const card = link && cardOf(link);
  if (!card || CARD.test(location.pathname) || !link.closest("#content, .rail")) return;
  const walk = JSON.stringify({ kind: card[1], numbers: listAround(link, card[1]), from: location.pathname + location.search });
  try {
    sessionStorage.setItem(STORE, walk);
    // A new tab begins with an empty session; it takes over the latest walk.
    localStorage.setItem(STORE, walk);
  } catch {
    /* Without storage there is no walk; the link works all the same. */
  }
}

function recall(kind, number) {
  try {
    for (const store of [sessionStorage, localStorage]) {
      const walk = JSON.parse(store.getItem(STORE) ?? "null");
      if (walk?.kind !== kind || !walk.numbers.includes(number)) continue;
      sessionStorage.setItem(STORE, JSON.stringify(walk));
      return walk;
    }
  } catch {
    /* As above. */
  }
  return null;
}

function show(box) {
  const [, kind, number] = CARD.exec(location.pathname) ?? [];
  const walk = kind && recall(kind, number);
  if (!walk || walk.numbers.length < 2) return;
  const at = walk.numbers.indexOf(number);
  for (const [name, step] of [["prev", -1], ["next", 1]]) {
    const link = box.querySelector(`[data-walk-${name}]`);
    const neighbour = walk.numbers[at + step];
    if (neighbour) link.href = `/${kind}/${neighbour}/`;
    else link.setAttribute("aria-disabled", "true");
  }
  const text = box.querySelector("[data-walk-text]");
  text.textContent = text.dataset.walkText.replace("{n}", at + 1).replace("{total}", walk.numbers.length);
  const back = box.querySelector("[data-walk-back]");
  if (back) back.href = walk.from;
  box.hidden = false;
}

export function startWalk() {
  document.addEventListener("click", remember, true);
  document.addEventListener("auxclick", remember, true);
  const box = document.querySelector("[data-walk]");
  if (box) show(box);
}
