/* A long text that is folded to a few lines on the phone: the button shows it whole, and is there only when it helps. */
for (const button of document.querySelectorAll("[data-unfold]")) {
  const text = document.getElementById(button.dataset.unfold);
  const isCut = () => text.scrollHeight > text.clientHeight + 1;
  button.hidden = !isCut();
  button.addEventListener("click", () => {
    text.classList.add("is-whole");
    button.hidden = true;
  });
}
