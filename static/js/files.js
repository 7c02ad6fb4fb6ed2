/* Attaching files: chosen or dropped, sent at once with a progress bar. Without this script the form works by its button. */
import { askSession, signInAgain } from "./session.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

function send(form, files) {
  const box = form.closest(".files");
  const bar = form.querySelector("progress");
  const data = new FormData(form);
  data.delete("files");
  for (const file of files) data.append("files", file);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("HX-Request", "true");
  request.upload.addEventListener("progress", (event) => (bar.value = event.lengthComputable ? (100 * event.loaded) / event.total : 0));
  request.addEventListener("load", async () => {
    const isOldToken = request.getResponseHeader("X-Refused") === "token";
    if (request.status === 401 || (isOldToken && (await askSession()) === "over")) {
      bar.hidden = true;
      return signInAgain(() => send(form, files));
    }
    if (isOldToken) return send(form, files);
    if (request.status !== 200 && request.status !== 422) return fail(request.status === 403 ? words.forbidden : words.failed);
    const fresh = new DOMParser().parseFromString(request.responseText, "text/html").querySelector(".files");
    box.replaceWith(fresh);
    start(fresh);
    fresh.querySelector("input[type=file]")?.focus();
  });
  request.addEventListener("error", () => fail(words.offline));
  const fail = (text) => {
    bar.hidden = true;
    form.reset();
    toast({ text, kind: "error" });
  };
  bar.hidden = false;
  request.send(data);
}

function start(box) {
  const form = box.querySelector("[data-files]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  form.classList.add("is-scripted");
  form.querySelector(".files-send").hidden = true;
  input.addEventListener("change", () => input.files.length && send(form, input.files));
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("is-over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    if (event.dataTransfer.files.length) send(form, event.dataTransfer.files);
  });
}

document.querySelectorAll(".files").forEach(start);
