// A suggestion below a field: `<button data-fill='{"city": "Bremen"}'>` writes the values into the form and goes.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  const form = button.closest("form");
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill))) {
    const field = form.elements[name];
    if (!field || !value) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  button.closest("[data-hint]").remove();
  form.elements.city?.focus();
});
