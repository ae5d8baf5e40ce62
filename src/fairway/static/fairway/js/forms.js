// Forms: a place to drop files, drafts that save themselves, and no second press of a button.

document.addEventListener("change", (event) => {
  const drop = event.target.closest("[data-drop]");
  if (drop) name(drop, event.target.files);
});

function name(drop, files) {
  if (!files.length) return;
  const size = files[0].size;
  const shown = size > 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(size / 1e3))} kB`;
  drop.querySelector("[data-drop-name]").textContent = `${files[0].name}, ${shown}`;
  drop.classList.add("is-filled");
}

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const drop = event.target.closest?.("[data-drop]");
    if (drop) drop.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
  });
}

// `<form data-autosave="/drafts/…/">`: posts a second after the last change, says when in `[data-saved]`.
const waiting = new WeakMap();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (!form) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => save(form), 1000));
});

async function save(form) {
  const note = document.querySelector(form.dataset.savedNote || "[data-saved]");
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-CSRFToken": document.body.dataset.csrf, "X-Requested-With": "autosave" },
    });
    if (!answer.ok) throw new Error(answer.statusText);
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    if (note) note.textContent = `${note.dataset.saved || "Saved"} ${time}`;
  } catch {
    if (note) note.textContent = note.dataset.failed || "Not saved yet";
  }
}

// A form is sent once; the button says so until the next page is there.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  if (form.method !== "post" || form.matches("[hx-post], [data-download]")) return;
  form.dataset.sent = "1";
  setTimeout(() => form.querySelectorAll("button").forEach((each) => each.setAttribute("aria-disabled", "true")));
});

addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((each) => each.removeAttribute("aria-disabled"));
  });
});
