// The comment after a call: a pasted text is taken apart, and what is typed is kept as a draft every few seconds.
import { post } from "./session.js";

const SAVE_AFTER_MS = 3000;
const NUMBERS = ["requests", "meetings", "contracts", "contracts_sum"];

const form = document.querySelector("[data-comment]");
if (form) {
  takePastedTextApart(form);
  readNumbersOfNow(form);
  keepDraft(form);
  form.querySelector("[aria-invalid=true]")?.focus();
}

/** Ask the server to parse a text; the rules live there. */
async function parse(text) {
  const answer = await post(form.dataset.parseUrl, () => {
    const body = new FormData();
    body.set("text", text);
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    return body;
  });
  return answer.ok ? answer.json() : null;
}

function takePastedTextApart(form) {
  form.addEventListener("paste", async (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (event.target.tagName !== "TEXTAREA" || !/(было|сейчас|планиру[ею]т|планы?)\s*:/i.test(text)) return;
    event.preventDefault();
    const field = event.target;
    const parsed = await parse(text);
    if (!parsed || ["was", "now", "plans"].every((part) => !parsed[part])) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    } else {
      for (const part of ["was", "now", "plans"]) append(form.elements[part], parsed[part]);
      if (!form.elements.title.value) form.elements.title.value = parsed.next_step;
      fillNumbers(form, parsed.metrics);
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** Numbers typed in words into «Сейчас» fill the number fields that are still empty. */
function readNumbersOfNow(form) {
  form.elements.now.addEventListener("change", async () => {
    if (!form.elements.now.value.trim()) return;
    const parsed = await parse(`Сейчас: ${form.elements.now.value}`);
    if (parsed) fillNumbers(form, parsed.metrics);
  });
}

function append(field, text) {
  if (text) field.value = [field.value.trim(), text].filter(Boolean).join("\n");
}

function fillNumbers(form, metrics) {
  for (const name of NUMBERS) {
    const field = form.elements[name];
    if (metrics[name] !== null && !field.value.trim()) field.value = metrics[name];
  }
}

function keepDraft(form) {
  const state = form.querySelector("[data-draft-state]");
  let timer = 0;
  let isSaving = false;
  let isSubmitted = false;

  async function save() {
    if (isSaving) return schedule();
    isSaving = true;
    timer = 0;
    try {
      const answer = await post(form.dataset.draftUrl, () => new FormData(form), save);
      if (answer.ok) state.textContent = await answer.text();
    } catch {
      schedule();
    } finally {
      isSaving = false;
    }
  }
  function schedule() {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  }
  form.addEventListener("input", schedule);
  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.code !== "KeyS") return;
    event.preventDefault();
    clearTimeout(timer);
    save();
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    isSubmitted = true;
  });
  // A tab closed within the three seconds still hands its text over.
  window.addEventListener("pagehide", () => {
    if (timer && !isSubmitted) navigator.sendBeacon(form.dataset.draftUrl, new FormData(form));
  });
}
