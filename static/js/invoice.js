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
/* The buttons stand outside the form: Ctrl+Enter issues, Ctrl+S saves the draft, Enter alone in a field does nothing. */
document.addEventListener(
  "keydown",
  (event) => {
    const form = document.getElementById("invoice-form");
    const isInside = event.target.form === form;
    const isCommand = event.ctrlKey || event.metaKey;
    let button = null;
    if (isCommand && event.code === "Enter" && isInside) button = document.querySelector(".btn--primary[form=invoice-form]");
    if (isCommand && event.code === "KeyS") button = document.querySelector("[form=invoice-form][value=draft]");
    if (!button && !(event.code === "Enter" && isInside && event.target.matches("input"))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button?.click();
  },
  true,
);
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  const field = link && document.getElementById(link.dataset.goto);
  if (!field) return;
  event.preventDefault();
  field.focus();
});
