/* The quick look: Space on a card or a row, the eye of a row or the card's menu show the deal in short over the list. */

const current = () => document.activeElement?.closest("[data-glance]") ?? document.querySelector("[data-glance].is-current");

export function glance(from = current()) {
  if (!from || document.querySelector("dialog[open]")) return false;
  htmx.ajax("GET", from.dataset.glance, { target: "#dialog-slot", source: from });
  return true;
}

/** In a card's menu, which is one for all cards, the card is the one whose menu is open. */
export function startGlance() {
  let card = null;
  document.addEventListener("click", (event) => {
    card = event.target.closest(".board-menu")?.closest("[data-glance]") ?? card;
    const opener = event.target.closest("[data-glance-open]");
    if (opener) glance(opener.closest("[data-glance]") ?? card);
  });
}
