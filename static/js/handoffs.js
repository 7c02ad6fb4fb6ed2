/* A row whose panel is opened becomes the current one. */
import { makeCurrent } from "./keys.js";

document.addEventListener("click", (event) => {
  const row = event.target.closest("[hx-target='#handoff-panel']")?.closest("[data-row]");
  if (row) makeCurrent(row);
});
