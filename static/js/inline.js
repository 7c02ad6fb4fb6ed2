/* Values that are changed where they stand: Enter saves, Esc gives the value back, Tab saves and goes on to the next. */

/** Where Tab goes once the value is saved: 1 on, −1 back. */
let wayOn = 0;

const boxes = () => [...document.querySelectorAll("[data-inline]")].filter((box) => box.querySelector("[data-inline-open], [data-inline-form]"));

function onKey(event) {
  const form = event.target.closest?.("[data-inline-form]");
  if (!form || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    form.closest("[data-inline]").querySelector("[data-inline-cancel]").click();
  }
  if (event.key === "Enter" && event.target.matches("select")) {
    event.preventDefault();
    form.requestSubmit();
  }
  if (event.key === "Tab" && event.target.matches("input, select")) {
    event.preventDefault();
    wayOn = event.shiftKey ? -1 : 1;
    form.requestSubmit();
  }
}

/** After an answer: into the field, or, when the value is back, to it or to the next one. */
function onSettle(event) {
  const box = event.detail.target;
  if (!box?.matches?.("[data-inline]")) return;
  const field = box.querySelector("[autofocus], [data-inline-form] :is(input:not([type=hidden]), select)");
  if (field) {
    wayOn = 0;
    field.focus();
    field.select?.();
    return;
  }
  const all = boxes();
  const next = wayOn ? all[all.indexOf(box) + wayOn] : null;
  wayOn = 0;
  if (next) next.querySelector("[data-inline-open]")?.click();
  else box.querySelector("[data-inline-open]")?.focus();
}

// Before everybody else: Esc in a field is about the field, not about the drawer around it.
document.addEventListener("keydown", onKey, true);
document.addEventListener("htmx:afterSettle", onSettle);
