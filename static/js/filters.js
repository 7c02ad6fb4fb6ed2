/* The filters over a board: what is not filled in stays out of the address. */
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-drop-empty]")) return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});
