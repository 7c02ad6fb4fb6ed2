/* Moves the clocks on: Moscow in the top bar, and every partner's local time. Rules: core/moscow.py. */
import { words } from "./words.js";

const OPENS = 9 * 60;
const CLOSES = 20 * 60;
const CLOSING = 120;
const DAY = 24 * 60;
const NBSP = "\u00a0";
const formats = new Map();

function wallClock(zone, now) {
  if (!formats.has(zone)) {
    formats.set(
      zone,
      new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    );
  }
  const parts = Object.fromEntries(formats.get(zone).formatToParts(now).map((part) => [part.type, part.value]));
  return { isWorking: !["Sat", "Sun"].includes(parts.weekday), minutes: Number(parts.hour) * 60 + Number(parts.minute) };
}

const clockText = (minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;

function span(minutes) {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours && `${hours}${NBSP}${words.hours}`, rest && `${rest}${NBSP}${words.minutes}`].filter(Boolean).join(NBSP);
}

const left = (text) => (words.numberFirst ? `${text} ${words.left}` : `${words.left} ${text}`);

function note(state, form, minutes, moscow) {
  const rest = CLOSES - minutes;
  if (state === "open") return { full: words.until.replace("{time}", clockText(CLOSES)), left: `${words.more} ${span(rest)}`, short: "" }[form] ?? "";
  if (state === "closing") return form === "short" ? span(rest) : left(span(rest));
  if (state === "early" && form === "short") return words.early.split(",")[0];
  if (state === "early") return words.early.replace("{time}", clockText((OPENS - minutes + moscow + DAY) % DAY));
  return words[state];
}

export function windowOf({ isWorking, minutes }) {
  if (!isWorking) return "weekend";
  if (minutes < OPENS) return "early";
  if (minutes >= CLOSES) return "late";
  return CLOSES - minutes <= CLOSING ? "closing" : "open";
}

function refreshChip(chip, now, moscow) {
  const local = wallClock(chip.dataset.tz, now);
  const state = windowOf(local);
  const { form } = chip.dataset;
  const remark = note(state, form, local.minutes, moscow);
  const parts = form === "note" ? [remark] : [clockText(local.minutes), remark && `· ${remark}`];
  chip.className = `local-time local-time--${state}`;
  chip.querySelector("[data-clock]").textContent = parts.filter(Boolean).join(NBSP);
}

function tick() {
  const now = new Date();
  const moscow = wallClock("Europe/Moscow", now).minutes;
  for (const clock of document.querySelectorAll("[data-moscow]")) clock.textContent = clockText(moscow);
  for (const clock of document.querySelectorAll("[data-zone-clock]")) {
    clock.textContent = clockText(wallClock(clock.dataset.zoneClock, now).minutes);
  }
  for (const chip of document.querySelectorAll("[data-tz]")) refreshChip(chip, now, moscow);
}

/** Asks once before a call outside the partner's hours. The link carries data-call-tz. */
function askBeforeCall(event) {
  const link = event.target.closest("a[data-call-tz]");
  if (!link) return;
  const local = wallClock(link.dataset.callTz, new Date());
  if (["open", "closing"].includes(windowOf(local))) return;
  if (!window.confirm(words.callAnyway.replace("{time}", clockText(local.minutes)))) event.preventDefault();
}

export function startClocks() {
  const untilNextMinute = () => 60_000 - (Date.now() % 60_000) + 50;
  const loop = () => {
    tick();
    setTimeout(loop, untilNextMinute());
  };
  setTimeout(loop, untilNextMinute());
  document.addEventListener("visibilitychange", () => document.hidden || tick());
  document.addEventListener("click", askBeforeCall);
}
