/* What scripts say, in the language of the page. */
const meta = document.querySelector('meta[name="words"]');
export const words = meta ? JSON.parse(meta.content) : {};

const MARKS = { ok: "circle-check", success: "circle-check", warning: "triangle-alert", error: "circle-alert", info: "info" };

/** An icon of the sprite, taken from one that the page already shows. */
export function icon(name) {
  const known = document.querySelector("svg.ic use");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "ic");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${(known?.getAttribute("href") ?? "").split("#")[0]}#${name}`);
  svg.append(use);
  return svg;
}

export const markOf = (kind) => icon(MARKS[kind] ?? "info");

/** Tell a screen reader what happened. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = text;
}
