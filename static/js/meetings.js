/* The planning meeting by keyboard: after a verdict comes the next row, Esc leaves a field so that the keys work again. */
import { makeCurrent } from "./keys.js";

let answered = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target.closest?.("[data-partner]");
  const button = event.detail.requestConfig?.triggeringEvent?.submitter;
  answered = row && { partner: row.dataset.partner, isVerdict: Boolean(button?.hasAttribute("aria-pressed")) };
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!answered || event.detail.target?.id !== "meeting-page") return;
  const row = document.getElementById(`partner-${answered.partner}`);
  const wrong = row?.querySelector("[aria-invalid=true], .errorlist");
  if (wrong) (wrong.matches("[aria-invalid=true]") ? wrong : row.querySelector("input:not([type=hidden]), textarea")).focus();
  else if (row) makeCurrent((answered.isVerdict && nextOf(row)) || row);
  answered = null;
});

function nextOf(row) {
  const rows = [...document.querySelectorAll("[data-partner]")];
  return rows[rows.indexOf(row) + 1];
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !event.target.matches?.("[data-row] :is(textarea, input, select)")) return;
  event.preventDefault();
  makeCurrent(event.target.closest("[data-row]"));
});

document.addEventListener("click", (event) => event.target.closest("[data-print]") && window.print());
