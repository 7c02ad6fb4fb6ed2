/* Bank statement (07): the panel follows the current row, a decision takes one key, Enter does it. */
import { makeCurrent } from "./keys.js";

const PANEL_DELAY = 150;
const panel = () => document.querySelector("[data-payment]");
const form = () => document.querySelector("[data-decision]");
const numberOf = (row) => row?.querySelector("[data-row-link]")?.id.replace("payment-", "");
let waiting = 0;

/* Walking with J and K: the panel of the row that one stays on. */
document.addEventListener("row:current", (event) => {
  const row = event.target.closest("[data-row]");
  if (!numberOf(row) || numberOf(row) === panel()?.dataset.payment) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => row.classList.contains("is-current") && row.querySelector("[data-row-link]").click(), PANEL_DELAY);
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row-link]")?.closest("[data-row]");
  if (row && !row.classList.contains("is-current")) makeCurrent(row);
  const number = event.target.closest("[data-take-number]")?.dataset.takeNumber;
  if (number) form().elements.number.value = number;
  const choice = event.target.closest("[data-choose]")?.dataset.choose;
  if (choice) form()?.querySelector(`[name=decision][value=${choice}]`).click();
});

/* A decision that needs an answer takes the cursor to it, also when it was proposed and is chosen already. */
document.addEventListener("click", (event) => {
  if (!event.target.matches("[data-decision] [name=decision]")) return;
  const fields = [...event.target.closest(".choice").querySelectorAll(".choice-body :is(input, select)")];
  fields.find((each) => !each.value || each.type === "checkbox")?.focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-upload-statement] input[type=file]") && event.target.files.length) event.target.form.requestSubmit();
});

/* Enter does the decision from wherever the cursor is, but in words of several lines and on other controls. */
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.altKey || !form() || document.querySelector("dialog[open]")) return;
    const target = event.target;
    const isDirect = event.ctrlKey || event.metaKey;
    if (!isDirect && target.matches("textarea, button, summary, a:not([data-row-link])")) return;
    if (target.matches("[data-row-link]") && numberOf(target.closest("[data-row]")) !== panel().dataset.payment) return;
    if (target.closest("form") && target.closest("form") !== form()) return;
    event.preventDefault();
    event.stopPropagation();
    form().requestSubmit();
  },
  true,
);
