// The palette: ⌘K or Ctrl-K. Go to a page, press a button of this one, or find something, all from the keyboard.
// A combobox: the field keeps the focus, the arrows move through the options, Enter takes one.

const url = document.body.dataset.palette;
const dialog = document.getElementById("fw-palette");

if (url && dialog) {
  const field = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[role=listbox]");
  const said = dialog.querySelector("[role=status]");
  let chosen = -1;
  let asked = null;
  let timer = 0;
  let isStale = false;
  let isTaken = false; // Enter was pressed before the answer to what was typed had come

  const options = () => [...list.querySelectorAll("[role=option]")];

  function choose(index) {
    const all = options();
    all.forEach((each, at) => {
      each.id = `fw-option-${at}`;
      each.setAttribute("aria-selected", at === index);
    });
    chosen = all.length ? (index + all.length) % all.length : -1;
    if (all[chosen]) {
      all[chosen].setAttribute("aria-selected", "true");
      all[chosen].scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", all[chosen].id);
    } else field.removeAttribute("aria-activedescendant");
  }

  // The buttons of the page behind, by what they say.
  function own(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return [...document.querySelectorAll(".fw-actions :is(a, button):not([disabled])")].filter((each) => {
      const label = labelOf(each).toLowerCase();
      return label && each.offsetParent && words.every((word) => label.includes(word));
    });
  }

  const labelOf = (each) => (each.getAttribute("aria-label") || [...each.childNodes]
    .filter((node) => node.nodeName !== "KBD").map((node) => node.textContent).join(" ")).trim().replace(/\s+/g, " ");

  function show(html) {
    list.innerHTML = html;
    const buttons = own(field.value);
    if (buttons.length) list.prepend(group(buttons));
    const count = options().length;
    said.textContent = count ? "" : said.dataset.nothing;
    choose(0);
    isStale = false;
    if (isTaken) options()[0]?.click();
    isTaken = false;
  }

  function group(buttons) {
    const made = dialog.querySelector("template").content.cloneNode(true).firstElementChild;
    const pattern = made.querySelector("[role=option]");
    for (const button of buttons) {
      const option = pattern.cloneNode(true);
      option.querySelector("span").textContent = labelOf(button);
      const key = button.dataset.key;
      option.querySelector("kbd").textContent = key || "";
      option.querySelector("kbd").hidden = !key;
      option.addEventListener("click", (event) => {
        event.preventDefault();
        dialog.close();
        button.click();
      });
      made.append(option);
    }
    pattern.remove();
    return made;
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    list.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${url}?q=${encodeURIComponent(field.value)}`, {
        signal: asked.signal, headers: { "X-Requested-With": "palette" },
      });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      show(await answer.text());
    } catch (error) {
      if (error.name === "AbortError") return;
      list.replaceChildren();
      isStale = isTaken = false;
      said.textContent = said.dataset.failed;
    }
    list.removeAttribute("aria-busy");
  }

  function open() {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    field.value = "";
    isStale = isTaken = false;
    dialog.showModal();
    field.focus();
    ask();
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) open();
  });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    isStale = true;
    timer = setTimeout(ask, 120);
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen + step);
    else if (event.key === "Home" && event.ctrlKey) choose(0);
    else if (event.key === "End" && event.ctrlKey) choose(options().length - 1);
    else if (event.key === "Enter" && isStale) isTaken = true;
    else if (event.key === "Enter") options()[chosen]?.click();
    else return;
    event.preventDefault();
  });
}
