/* Theme, density and keys apply at once: the answer names what the server has kept, and <html> shows it. */
import { announce, words } from "./words.js";

function show({ theme, density, keys }) {
  Object.assign(document.documentElement.dataset, { theme, density, keys });
  for (const button of document.querySelectorAll("button[name=theme]")) button.setAttribute("aria-pressed", String(button.value === theme));
  announce(words.kept);
}

export function startPreferences() {
  document.addEventListener("preferences", (event) => show(event.detail));
}
