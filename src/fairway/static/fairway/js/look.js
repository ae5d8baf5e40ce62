// The page of a vendor's look: a colour's picker and its field say the same, a chosen logo shows before it is sent.
const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

document.addEventListener("input", (event) => {
  const colour = event.target.closest("[data-colour]");
  if (!colour || !event.isTrusted) return;
  const [field, picker] = colour.querySelectorAll("input");
  if (event.target === picker) field.value = picker.value;
  else if (/^#[0-9a-f]{6}$/i.test(field.value)) picker.value = field.value;
});

document.addEventListener("click", (event) => {
  const take = event.target.closest("[data-take-colour]");
  if (!take) return;
  const field = document.getElementById(take.dataset.for);
  field.value = take.dataset.takeColour;
  field.closest("[data-colour]").querySelector("[data-colour-picker]").value = field.value;
  changed(field);
  field.focus();
});

const chosen = {};
const show = () => {
  document.querySelectorAll("[data-preview-of]").forEach((image) => {
    const source = chosen[image.dataset.previewOf] || (image.dataset.previewOf === "logo_dark" && chosen.logo);
    if (!source) return;
    image.removeAttribute("width");
    image.removeAttribute("height");
    image.src = source;
    image.hidden = false;
    let next = image.nextElementSibling;
    while (next) {
      next.toggleAttribute("hidden", true);
      next = next.nextElementSibling;
    }
  });
};

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type !== "file" || !input.files.length || input.files[0].size > 1e6) return;
  const reader = new FileReader();
  reader.onload = () => {
    chosen[input.name] = reader.result;
    show();
  };
  reader.readAsDataURL(input.files[0]);
});

document.addEventListener("htmx:afterSettle", show);
