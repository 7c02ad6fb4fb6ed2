/* Live places: an element with data-live="topic topic" is told when something changed under one of its topics, and reads
   anew what it shows (docs/how-to.md). The page has one stream, and none while it is hidden: browsers open six
   connections to a server at most. Without a stream, for whatever reason, the places are told every so often. */

const root = document.documentElement;
const { liveStream, liveTicket } = root.dataset;

const SILENT_AFTER = 40_000; // the server beats every 15 s
const FIRST_WORD_WITHIN = 10_000;
const LONGEST_PAUSE = 30_000;
const POLL_EVERY = 30_000;
const STREAM_AGAIN_AFTER = 2 * 60_000; // while polling
const TOLD_AGAIN_AFTER = 1_000;
const LOOK_WHETHER_FREE_EVERY = 500;
const ASKED_AGAIN_AFTER = 2_000;

/** The id of the last event: all before it is on the page. */
let last = root.dataset.liveSince;
let stream = null;
let heard = [];
let patience = 0;
let pause = 0;
let opening = 0;
let polling = 0;

const places = () => [...document.querySelectorAll("[data-live]")];
const topicsOf = (place) => place.dataset.live.split(" ");

/* --- Telling the places --------------------------------------------------------------------------------------------- */
const told = new Set();
let telling = 0;

const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const IN_USE = ":popover-open, [aria-busy=true], .sortable-chosen";

/** Nothing changes under a person's hands: not while he types, chooses or drags in the place, or a dialog is over it. */
export function isBusy(place) {
  const field = document.activeElement?.closest(FIELDS);
  const above = [...document.querySelectorAll("dialog[open], .menu:popover-open")];
  return Boolean((field && place.contains(field)) || place.querySelector(IN_USE) || above.some((each) => !each.contains(place)));
}

/** Tell these places; several hints within a second are one. A busy place is told when it is free again. */
export function tell(which) {
  for (const place of which) told.add(place);
  telling ||= setTimeout(tellNow, 50);
}

/** The server gave no answer, as while it is restarted: what changed is asked for again, until it comes. */
export function tellLater(which) {
  setTimeout(() => tell(which), ASKED_AGAIN_AFTER);
}

function tellNow() {
  const free = [...told].filter((place) => !place.isConnected || !isBusy(place));
  for (const place of free) told.delete(place);
  const ready = free.filter((place) => place.isConnected);
  for (const place of ready) place.dispatchEvent(new CustomEvent("live:changed", { bubbles: true }));
  reread(ready.filter((place) => place.dataset.liveGet !== undefined));
  telling = told.size ? setTimeout(tellNow, LOOK_WHETHER_FREE_EVERY) : 0;
  if (!telling && ready.length) telling = setTimeout(rested, TOLD_AGAIN_AFTER);
}

function rested() {
  telling = 0;
  if (told.size) tellNow();
}

/** Places of one address are read in one request; data-live-get="" is the page itself. */
function reread(which) {
  const groups = new Map();
  for (const place of which) {
    const address = new URL(place.dataset.liveGet || location.href, location.href).href;
    groups.set(address, [...(groups.get(address) ?? []), place]);
  }
  for (const [address, group] of groups) replace(address, group);
}

async function replace(address, group) {
  const answer = await fetch(address).catch(() => null);
  if (!answer || answer.status > 500) return tellLater(group);
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const place of group) {
    const fresh = page.getElementById(place.id);
    if (!fresh || !place.isConnected || fresh.isEqualNode(place)) continue;
    if (isBusy(place)) tell([place]);
    else put(document.adoptNode(fresh), place);
  }
}

/** In the place of the old; the focus stays on the same link or button, the current row current, what was unfolded open. */
function put(fresh, place) {
  const focused = place.contains(document.activeElement) ? sameIn(fresh, document.activeElement) : null;
  for (const details of fresh.querySelectorAll("details[id]")) details.open = document.getElementById(details.id)?.open ?? details.open;
  const row = place.querySelector("[data-row].is-current [data-row-link]");
  const current = row && sameIn(fresh, row)?.closest("[data-row]");
  place.replaceWith(fresh);
  if (current) {
    for (const each of fresh.querySelectorAll("[data-row].is-current")) each.classList.remove("is-current");
    current.classList.add("is-current");
  }
  window.htmx?.process(fresh);
  focused?.focus({ preventScroll: true });
  fresh.dispatchEvent(new CustomEvent("live:replaced", { bubbles: true }));
}

function sameIn(fresh, element) {
  if (element.id) return fresh.querySelector(`#${CSS.escape(element.id)}`);
  const href = element.getAttribute("href");
  return href ? [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === href) : null;
}

/* --- The stream ----------------------------------------------------------------------------------------------------- */
const HANDLERS = {
  ready: () => {},
  beat: () => {},
  hint: ({ data }) => {
    const hint = JSON.parse(data);
    document.dispatchEvent(new CustomEvent("live:hint", { detail: hint }));
    tell(places().filter((place) => topicsOf(place).includes(hint.topic)));
  },
  resync: () => tell(places()),
  over: () => {
    close();
    open();
  },
  enough: () => {
    close();
    poll();
  },
};

/** With a fresh ticket for what the page shows; the server tells first what happened since the last event. */
async function open() {
  if (stream || document.hidden) return;
  if (!liveStream) return poll();
  const mine = (opening += 1);
  heard = [...new Set(places().flatMap(topicsOf))];
  const query = new URLSearchParams(heard.map((topic) => ["topic", topic]));
  const answer = await fetch(`${liveTicket}?${query}`).catch(() => null);
  if (mine !== opening || document.hidden) return;
  if (answer && [401, 403].includes(answer.status)) return; // signed out: session.js asks for the password in time
  if (!answer?.ok) return answer ? poll() : again();
  const { ticket } = await answer.json();
  if (mine !== opening || document.hidden) return;
  const address = new URL(liveStream, location.href);
  address.search = new URLSearchParams({ ticket, after: last });
  stream = new EventSource(address);
  stream.onerror = again;
  for (const [name, handle] of Object.entries(HANDLERS)) stream.addEventListener(name, (event) => onEvent(event, handle));
  wait(FIRST_WORD_WITHIN);
}

function onEvent(event, handle) {
  if (event.currentTarget !== stream) return;
  last = event.lastEventId || last;
  pause = 0;
  stopPolling();
  root.dataset.liveState = "open";
  wait(SILENT_AFTER);
  handle(event);
}

/** A stream that says nothing is held back by a proxy, or is dead. */
function wait(milliseconds) {
  clearTimeout(patience);
  patience = setTimeout(() => {
    close();
    poll();
  }, milliseconds);
}

function close() {
  opening += 1;
  clearTimeout(patience);
  stream?.close();
  stream = null;
  root.dataset.liveState = "closed";
}

/** Try again soon, later each time; meanwhile the places are told by the clock. */
function again() {
  close();
  pause = Math.min(pause ? pause * 2 : 250, LONGEST_PAUSE);
  if (pause > 2_000) poll();
  setTimeout(open, pause * (0.75 + Math.random() / 2));
}

function poll() {
  if (polling) return;
  root.dataset.liveState = "polling";
  let since = Date.now();
  polling = setInterval(() => {
    if (document.hidden) return;
    tell(places());
    if (liveStream && Date.now() - since > STREAM_AGAIN_AFTER) {
      since = Date.now();
      open();
    }
  }, POLL_EVERY);
}

function stopPolling() {
  clearInterval(polling);
  polling = 0;
}

/** The same for places that read themselves through htmx. */
function onFailure({ detail: { elt, xhr, requestConfig } }) {
  const isRead = elt?.matches?.("[data-live]") && requestConfig?.verb === "get";
  if (isRead && (!xhr?.status || xhr.status > 500)) tellLater([elt]);
}

/** A part that has just come may have places of other topics. */
function onNewPart() {
  if (places().flatMap(topicsOf).every((topic) => heard.includes(topic))) return;
  close();
  open();
}

export function startLive() {
  if (!root.dataset.person || !liveTicket) return;
  document.addEventListener("htmx:afterSettle", onNewPart);
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, onFailure, true);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else {
      if (polling) tell(places());
      open();
    }
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => event.persisted && open());
  open();
}
