/* The new invoice: the piece of the purpose that one edits right now is inverted; a check leads to its field. */

let edited = "";

function mark() {
  for (const part of document.querySelectorAll("[data-part]")) part.classList.toggle("is-edited", part.dataset.part === edited);
}

document.addEventListener("focusin", (event) => {
  edited = event.target.form?.id === "invoice-form" ? event.target.name : "";
  mark();
});
document.addEventListener("focusout", () => {
  edited = "";
  mark();
});
document.addEventListener("htmx:afterSwap", () => {
  const field = document.activeElement;
  edited = field?.form?.id === "invoice-form" ? field.name : "";
  mark();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  const field = link && document.getElementById(link.dataset.goto);
  if (!field) return;
  event.preventDefault();
  field.focus();
});
