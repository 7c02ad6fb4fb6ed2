/* The customer request: each field is checked when one leaves it, never while one types. The server says what is wrong;
   without this script it says so after sending. */
const form = document.querySelector("[data-check]");
const CHECKED = ["tax_number", "kpp", "ogrn", "payer_name", "contact_name", "phone", "email", "city"];

function show(input, error) {
  const field = input.closest(".field");
  const id = `${input.id}_error`;
  document.getElementById(id)?.remove();
  field.classList.toggle("is-right", !error && input.name === "tax_number" && input.value.trim() !== "");
  if (!error) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    return;
  }
  const list = document.createElement("ul");
  list.className = "errorlist";
  list.id = id;
  list.append(document.getElementById("request-error").content.cloneNode(true));
  list.querySelector("span").textContent = error;
  input.after(list);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
}

async function check(input) {
  if (!input.value.trim() && input.getAttribute("aria-invalid") !== "true") return show(input, "");
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "payer_kind", "country"]) body.set(name, new FormData(form).get(name) ?? "");
  body.set("field", input.name);
  body.set(input.name, input.value);
  const sent = input.value;
  const answer = await fetch(form.dataset.check, { method: "POST", body }).catch(() => null);
  if (!answer?.ok || input.value !== sent) return undefined;
  return show(input, (await answer.json()).error);
}

form?.addEventListener("focusout", (event) => {
  if (CHECKED.includes(event.target.name)) check(event.target);
});
/* Another kind of payer or country has other numbers: what is filled in is judged anew. */
form?.addEventListener("change", (event) => {
  if (!["payer_kind", "country"].includes(event.target.name)) return;
  for (const name of ["tax_number", "kpp", "ogrn", "phone"]) {
    const input = form.elements[name];
    if (input.value.trim()) check(input);
    else show(input, "");
  }
});
