/* The behaviours that every page has. A page works without them: links are links, forms are forms. */
import { startClocks } from "./clock.js";
import { startDialogs } from "./dialog.js";
import { startFailures } from "./failures.js";
import { startForms } from "./forms.js";
import { startGlance } from "./glance.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startMenus } from "./menu.js";
import { startPalette } from "./palette.js";
import { startPhone } from "./phone.js";
import { startPreferences } from "./preferences.js";
import { startSession } from "./session.js";
import { startToasts } from "./toast.js";
import { startWalk } from "./walk.js";

startClocks();
startMenus();
startDialogs();
startToasts();
startSession();
startFailures();
startForms();
startPhone();
startPreferences();
startPalette();
startKeys();
startGlance();
startWalk();
startLive();

// On a narrow screen a strip scrolls: what is current in it is brought into view.
// The strip alone moves: scrollIntoView would shift the page around it, too.
for (const current of document.querySelectorAll(":is(.stages, .segmented, .tabs) [aria-current]")) {
  const strip = current.closest(".stages, .segmented, .tabs");
  const [outer, inner] = [strip.getBoundingClientRect(), current.getBoundingClientRect()];
  strip.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

const progress = document.getElementById("progress");
let underWay = 0;
document.addEventListener("htmx:beforeRequest", () => {
  underWay += 1;
  progress?.classList.add("is-on");
});
document.addEventListener("htmx:afterRequest", () => {
  underWay = Math.max(0, underWay - 1);
  if (!underWay) progress?.classList.remove("is-on");
});
