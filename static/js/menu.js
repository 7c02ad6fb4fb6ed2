/* Menus are native popovers: this only puts them beside their button and lets arrows walk them. */
const MARGIN = 8;

function place(menu, opener) {
  const button = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = button.bottom + 4;
  const isRoomBelow = below + height + MARGIN <= window.innerHeight;
  const top = isRoomBelow ? below : Math.max(MARGIN, button.top - height - 4);
  const isLeftHalf = button.left + button.width / 2 < window.innerWidth / 2;
  const left = isLeftHalf ? button.left : button.right - width;
  menu.style.margin = "0";
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.min(Math.max(MARGIN, left), window.innerWidth - width - MARGIN)}px`;
}

let lastOpener = null;

function onToggle(event) {
  const menu = event.target;
  if (!menu.matches?.(".menu[popover]")) return;
  const opener = lastOpener?.getAttribute("popovertarget") === menu.id ? lastOpener : document.querySelector(`[popovertarget="${menu.id}"]`);
  opener?.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState !== "open" || !opener) return;
  place(menu, opener);
  menu.querySelector("a, button:not(:disabled), input, select")?.focus();
}

function onKey(event) {
  const menu = event.target.closest(".menu[popover]");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const items = [...menu.querySelectorAll(".menu-item:not(:disabled)")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  items.at(next % items.length)?.focus();
  event.preventDefault();
}

export function startMenus() {
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    lastOpener = event.target.closest("[popovertarget]") ?? lastOpener;
    const item = event.target.closest(".menu[popover] .menu-item:is(a, [data-dialog-open], [hx-get], [data-menu-close])");
    item?.closest("[popover]").hidePopover();
  }, true);
}
