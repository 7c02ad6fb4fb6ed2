/* The calling queue: Esc leaves a field so that the keys work again; a call puts the cursor into the comment. */
const first = document.querySelector("[data-comment] textarea");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !event.target.matches?.("textarea, input, select") || document.querySelector("dialog[open]")) return;
  event.target.blur();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("a[href^='tel:']") && !event.defaultPrevented) first?.focus();
});
