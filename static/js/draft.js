/* The draft of a comment. Its home is the server; a copy stays on this device until the server has it. ui.md section 8.

A copy belongs to one person, one deal and one tab: nobody else is shown it, and two tabs never write over each other. */
import { post, showOffline } from "./session.js";

const SAVE_AFTER_MS = 3000;
const RETRY_AFTER_MS = 5000;
const PREFIX = "comment-draft";
const LEFT_OUT = new Set(["csrfmiddlewaretoken", "draft_stamp", "next", "promise_of"]);

const clock = (time) => new Date(time).toLocaleTimeString("ru-RU", { hour: "numeric", minute: "2-digit", timeZone: "Europe/Moscow" });

/* --- Copies on this device ------------------------------------------------------------------------------------------ */
const store = {
  tab() {
    try {
      sessionStorage.tab ??= Math.random().toString(36).slice(2);
      return sessionStorage.tab;
    } catch {
      return "tab";
    }
  },
  write(key, copy) {
    try {
      localStorage.setItem(`${PREFIX}:${key}:${this.tab()}`, JSON.stringify(copy));
      return true;
    } catch {
      return false;
    }
  },
  remove(name) {
    try {
      localStorage.removeItem(name);
    } catch {
      /* There is nothing to remove where nothing can be kept. */
    }
  },
  /** Copies of this person's draft of this deal, the newest first. */
  all(key) {
    try {
      const names = Object.keys(localStorage).filter((name) => name.startsWith(`${PREFIX}:${key}:`));
      return names.map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) })).sort((one, other) => other.at - one.at);
    } catch {
      return [];
    }
  },
};

/** Copies that have not become a comment: a copy that was sent and followed by a newer comment of one's own has done its work. */
function waitingCopies(section) {
  const last = section.dataset.ownLast;
  const copies = store.all(section.dataset.draftKey);
  const isSent = (copy) => copy.isSent && last && copy.last !== last;
  for (const copy of copies.filter(isSent)) store.remove(copy.name);
  return copies.filter((copy) => !isSent(copy));
}

/** The form is folded, and something typed earlier is kept here. */
export function tellOfDraftHere(section) {
  const copies = store.all(section.dataset.draftKey);
  for (const copy of copies.filter(({ isSent }) => isSent)) store.remove(copy.name);
  section.querySelector("[data-draft-here]").hidden = !copies.some(({ isSent }) => !isSent);
}

/* --- The form and its fields ---------------------------------------------------------------------------------------- */
function typed(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) if (!LEFT_OUT.has(name) && String(value).trim()) fields[name] = value;
  return fields;
}

const isEmpty = (fields) => !["was", "now", "plans", "title"].some((name) => fields[name]?.trim());
const isSame = (one, other) => ["was", "now", "plans", "title", "requests", "meetings", "contracts", "contracts_sum"].every((name) => (one[name] ?? "") === (other[name] ?? ""));

function fill(form, fields) {
  for (const field of form.elements) {
    if (!field.name || LEFT_OUT.has(field.name)) continue;
    if (field.matches("[type=radio], [type=checkbox]")) field.checked = fields[field.name] === field.value;
    else field.value = fields[field.name] ?? (field.matches("select, [name=time]") ? field.value : "");
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

/* --- Keeping it ------------------------------------------------------------------------------------------------------ */
export function keepDraft(section, form) {
  const key = section.dataset.draftKey;
  const own = () => `${PREFIX}:${key}:${store.tab()}`;
  const state = form.querySelector("[data-draft-state]");
  const stamp = form.elements.draft_stamp;
  const words = (name, times = {}) => form.querySelector(`[data-draft-words=${name}]`).content.textContent.trim().replace(/{(\w+)}/g, (_all, part) => times[part] ?? "");
  const choice = form.querySelector("[data-draft-choice]");
  let timer = 0;
  let isSaving = false;
  let isSubmitted = false;
  let isAsking = false;

  const copyHere = (more = {}) => store.write(key, { fields: typed(form), at: Date.now(), stamp: stamp.value, last: section.dataset.ownLast, ...more });

  function schedule(after = SAVE_AFTER_MS) {
    clearTimeout(timer);
    timer = isAsking ? 0 : setTimeout(save, after);
  }

  async function save({ force = false } = {}) {
    if (isSaving) return schedule();
    isSaving = true;
    clearTimeout(timer);
    timer = 0;
    const sent = typed(form);
    const body = () => {
      const data = new FormData(form);
      if (force) data.set("force", "1");
      return data;
    };
    const answer = await post(form.dataset.draftUrl, body, save).catch(() => null);
    isSaving = false;
    if (isSubmitted) return;
    if (answer?.status === 409) return choose(await answer.json());
    if (!answer?.ok) return keptHere(answer);
    const saved = await answer.json();
    stamp.value = saved.stamp;
    state.textContent = saved.words;
    if (isSame(sent, typed(form))) store.remove(own());
  }

  /** The server did not take it: it is on this device, and it says so. */
  function keptHere(answer) {
    if (!answer) showOffline();
    if (copyHere()) state.textContent = words("device", { time: clock(Date.now()) });
    if (!answer || answer.status >= 500) schedule(RETRY_AFTER_MS);
  }

  /** Another draft stands beside the one in the form: the reader decides; until then nothing is written over. */
  function choose({ words: text, stamp: other, fields, isHere = false }) {
    isAsking = true;
    copyHere();
    choice.querySelector("[data-draft-choice-text]").textContent = text;
    choice.hidden = false;
    const decide = (run) => () => {
      isAsking = false;
      choice.hidden = true;
      run();
    };
    choice.querySelector("[data-draft-take]").onclick = decide(() => {
      stamp.value = other;
      fill(form, fields);
      save({ force: isHere });
    });
    choice.querySelector("[data-draft-keep]").onclick = decide(() => {
      stamp.value = other;
      save({ force: true });
    });
  }

  /** A copy that the server has not got comes back; the newer of two is shown, and the other is offered. */
  function restore() {
    const [copy] = waitingCopies(section);
    if (!copy || form.querySelector("[aria-invalid=true]")) return;
    const there = typed(form);
    store.remove(copy.name);
    if (isSame(copy.fields, there) || isEmpty(copy.fields)) return;
    const savedAt = Number(form.dataset.savedAt) * 1000;
    if (!stamp.value || copy.stamp === stamp.value) {
      fill(form, copy.fields);
      return void save();
    }
    const times = { time: clock(copy.at), other: clock(savedAt) };
    const isNewer = copy.at > savedAt;
    if (isNewer) fill(form, copy.fields);
    choose({ words: words(isNewer ? "restored" : "older", times), stamp: stamp.value, fields: isNewer ? there : copy.fields, isHere: true });
  }

  form.addEventListener("input", () => {
    copyHere();
    schedule();
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    isSubmitted = form.dataset.checked !== undefined;
    copyHere({ isSent: true });
  });
  document.getElementById("forget-draft")?.addEventListener("submit", () => {
    clearTimeout(timer);
    isSubmitted = true;
    for (const copy of store.all(key)) store.remove(copy.name);
  });
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyS" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    save();
  });
  window.addEventListener("online", () => timer && schedule(0));
  // A tab closed within the three seconds still hands its text over.
  window.addEventListener("pagehide", () => {
    if (timer && !isSubmitted) navigator.sendBeacon(form.dataset.draftUrl, new FormData(form));
  });
  restore();
}
