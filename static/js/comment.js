// The comment after a call: a pasted text is taken apart, numbers show their change, a quiet meter says what is missing.
import { keepDraft, tellOfDraftHere } from "./draft.js";
import { post } from "./session.js";

const ADVISE_AFTER_MS = 700;
const NUMBERS = ["requests", "meetings", "contracts", "contracts_sum"];

const section = document.getElementById("comment");
const form = section?.querySelector("[data-comment]");
if (form) {
  takePastedTextApart(form);
  readNumbersOfNow(form);
  showChanges(form);
  showAdvice(form);
  keepDraft(section, form);
  /* `autofocus` is left alone where the address ends with a fragment, and a fragment takes the focus: so it names the field. */
  form.querySelector("[aria-invalid=true], [autofocus]")?.focus();
} else if (section) tellOfDraftHere(section);

/** Ask the server to parse a text; the rules live there. Without a connection nothing is read out of it. */
async function parse(text) {
  const answer = await post(form.dataset.parseUrl, () => {
    const body = new FormData();
    body.set("text", text);
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    return body;
  }).catch(() => null);
  return answer?.ok ? answer.json() : null;
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
    if (!parsed) return;
    fillNumbers(form, parsed.metrics);
    form.dispatchEvent(new Event("input", { bubbles: true }));
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

/** Beside each number, its difference to the call before. */
function showChanges(form) {
  const marks = [...form.querySelectorAll("[data-former]")].map((mark) => ({
    mark,
    field: mark.closest("label").querySelector("input"),
    former: mark.textContent,
  }));
  const show = () => {
    for (const { mark, field, former } of marks) {
      const typed = field.value.replace(/[\s₽]/g, "");
      const change = Number(typed) - Number(mark.dataset.former);
      const isNumber = /^\d+$/.test(typed);
      mark.className = `nowrap ${isNumber && change ? (change > 0 ? "ok" : "bad") : "faint"}`;
      const size = Math.abs(change).toLocaleString(document.documentElement.lang);
      mark.textContent = !isNumber ? former : change > 0 ? `+${size}` : change < 0 ? `−${size}` : "0";
    }
  };
  form.addEventListener("input", show);
  show();
}

/** What is missing and what could be better, a moment after one stops typing. */
function showAdvice(form) {
  const place = form.querySelector("[data-meter]");
  let timer = 0;
  let latest = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const asked = ++latest;
      const answer = await post(form.dataset.adviceUrl, () => new FormData(form)).catch(() => null);
      if (answer?.ok && asked === latest) place.innerHTML = await answer.text();
    }, ADVISE_AFTER_MS);
  });
}
