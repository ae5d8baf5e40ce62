// The shell: keys, menus, dialogs, toasts, tables, theme. Everything works without it, only slower.

const body = document.body;
const typing = (el) => el.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");

// The token goes with every htmx request.
body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = body.dataset.csrf;
});

// Answers with an error are shown too: forms answer 422, a page that is gone says so in its words.
body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) event.detail.shouldSwap = true;
});
body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 422) toast(body.dataset.failed || event.detail.xhr.statusText, "bad");
});

// Toasts

function toast(text, kind = "good") {
  const made = document.getElementById("fw-toast").content.cloneNode(true);
  made.querySelector("p").textContent = text;
  made.querySelector(".fw-icon").dataset.kind = kind;
  const shown = made.firstElementChild;
  document.querySelector("[data-toasts]").append(shown);
  fade(shown);
}

function fade(shown) {
  const wait = shown.querySelector("form") ? 12000 : 6000;
  let timer = setTimeout(() => shown.remove(), wait);
  shown.addEventListener("pointerenter", () => clearTimeout(timer));
  shown.addEventListener("focusin", () => clearTimeout(timer));
  shown.addEventListener("pointerleave", () => { timer = setTimeout(() => shown.remove(), wait); });
}

document.querySelectorAll(".fw-toast").forEach(fade);
body.addEventListener("fw:toast", (event) => toast(event.detail.text, event.detail.kind));

// Clicks: dialogs, menus, the sidebar, the theme

// Filters change the address without loading the page: forms that speak of it are brought up to date when opened.
function readAddress(dialog) {
  const asked = [...new URLSearchParams(location.search)];
  const field = dialog?.querySelector("[data-address]");
  if (field) field.value = new URLSearchParams(asked).toString();
  const form = dialog?.querySelector("form[data-keep-address]");
  if (!form) return;
  form.querySelectorAll("input[type=hidden]").forEach((each) => each.remove());
  for (const [name, value] of asked) {
    if (name === form.dataset.keepAddress || name === "page") continue;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
}

// One dialog for all rows of a table: the verb of a row says which it is about, and which row comes next.
function pointToRow(dialog, el) {
  const row = el.closest("[data-row]");
  const form = dialog?.querySelector("form:not([method=dialog])");
  if (!row || !form) return;
  form.action = el.href;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const field = form.elements.namedItem("next");
  if (field) field.value = next?.dataset.row || "";
  const name = row.querySelector("td.is-name");
  for (const [place, part] of [["[data-about]", "a, b"], ["[data-about-more]", "small"]]) {
    const shown = dialog.querySelector(place);
    if (shown) shown.textContent = name?.querySelector(part)?.textContent ?? "";
  }
}

// The keys of this page below those of every page.
function listKeys(dialog) {
  const list = dialog.querySelector(".fw-keys");
  list.querySelectorAll("[data-own]").forEach((each) => each.remove());
  const seen = new Set();
  for (const el of document.querySelectorAll("[data-row-key], [data-key]")) {
    const key = el.dataset.rowKey || el.dataset.key;
    const seenWords = [...el.childNodes].filter((node) => node.nodeName !== "KBD" && node.className !== "fw-hidden");
    const words = seenWords.map((node) => node.textContent);
    const label = words.join(" ").trim();
    if (!label || seen.has(key) || !el.offsetParent || el.closest("dialog")) continue;
    seen.add(key);
    const term = Object.assign(document.createElement("dt"), { innerHTML: "<kbd></kbd>" });
    term.firstChild.textContent = key;
    const told = Object.assign(document.createElement("dd"), { textContent: label });
    [term, told].forEach((each) => { each.dataset.own = ""; });
    list.append(term, told);
  }
}

const actions = {
  dialog: (el) => {
    const dialog = document.getElementById(el.dataset.dialog);
    readAddress(dialog);
    pointToRow(dialog, el);
    if (el.dataset.dialog === "fw-keys") listKeys(dialog);
    dialog?.showModal();
  },
  dismiss: (el) => el.closest(".fw-toast").remove(),
  toggle: (el) => {
    const open = document.getElementById(el.dataset.toggle).classList.toggle("is-open");
    el.setAttribute("aria-expanded", open);
  },
  themeChoice: (el) => {
    const choice = el.dataset.themeChoice;
    if (choice) document.documentElement.dataset.theme = choice;
    else delete document.documentElement.dataset.theme;
    document.cookie = `fw_theme=${choice}; path=/; max-age=${choice ? 31536000 : 0}; samesite=lax`;
    document.dispatchEvent(new CustomEvent("fw:theme"));
  },
};

document.addEventListener("click", (event) => {
  for (const [name, act] of Object.entries(actions)) {
    const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const el = event.target.closest(`[data-${attribute}]`);
    if (!el) continue;
    // A link with data-dialog leads to the same form as a page, for browsers without JavaScript.
    if (name === "dialog" && el.matches("a")) event.preventDefault();
    act(el);
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    const inside = menu.contains(event.target);
    if (!inside || event.target.closest(".fw-menu-sheet :is(a, button)")) menu.open = false;
  }
  if (event.target.matches?.("dialog.fw-dialog")) event.target.close();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new CustomEvent("fw:theme"));
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...menu.querySelectorAll(".fw-menu-sheet :is(a, button)")];
  const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  items[(at + items.length) % items.length]?.focus();
  event.preventDefault();
});

// Keys: / searches, ? lists them, a letter presses the button that shows it

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key;
  if (key === "?") return press(event, () => actions.dialog({ dataset: { dialog: "fw-keys" }, closest: () => null }));
  const search = document.querySelector("[data-slash]") ?? document.querySelector("[data-search]");
  if (key === "/" && search) return press(event, () => { search.focus(); search.select(); });
  if (moveInTable(event)) return;
  const verb = event.target.closest?.("[data-row]")?.querySelector(`[data-row-key="${CSS.escape(key.toUpperCase())}"]`);
  if (verb) return press(event, () => verb.click());
  const letter = CSS.escape(key.toUpperCase());
  const button = [...document.querySelectorAll(`[data-key="${letter}"]`)].find((el) => el.offsetParent && !el.disabled);
  if (button) press(event, () => button.click());
});

function press(event, act) {
  event.preventDefault();
  act();
}

function moveInTable(event) {
  const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = document.activeElement?.closest?.("table[data-rows] tbody tr");
  if (step && (row || event.key.length === 1)) {
    const rows = [...(row?.closest("table") ?? document).querySelectorAll("table[data-rows] tbody tr, tbody tr")]
      .filter((each) => each.closest("table[data-rows]"));
    if (!rows.length) return false;
    const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + step))];
    next.tabIndex = -1;
    press(event, () => next.focus());
    return true;
  }
  if (!row || document.activeElement !== row) return false;
  if (event.key === "Enter") press(event, () => row.querySelector("a")?.click());
  else if (event.key === "x") press(event, () => row.querySelector(".fw-pick")?.click());
  else return false;
  return true;
}

// After a verb the list begins at the row that follows.
document.querySelector("tr[data-here]")?.focus();

// Tables: a whole row is a link with its first link; sorting, filters and pages swap the table only

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.htmx) return;
  event.preventDefault();
  swap(link.href, link.dataset.swap);
});

function swap(url, name) {
  const target = `#${CSS.escape(name)}`;
  if (!document.querySelector(target)) return location.assign(url);
  window.htmx.ajax("GET", url, { target, select: target, swap: "outerHTML" }).then(() => history.pushState({}, "", url));
}

addEventListener("popstate", () => location.reload());

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) submit(form);
  if (event.target.matches("[data-pick-all]")) pickAll(event.target);
  const bulk = event.target.closest("form[data-bulk]");
  if (bulk) countPicked(bulk);
});

function submit(form) {
  const name = form.dataset.autosubmit;
  if (!name || form.method !== "get" || !window.htmx) return form.requestSubmit();
  const query = new URLSearchParams(location.search);
  for (const { name: key, value, type } of form.elements) {
    if (!key || type === "hidden") continue;
    if (value) query.set(key, value);
    else query.delete(key);
  }
  ["page", "after"].forEach((key) => query.delete(key));
  swap(`${location.pathname}?${query}`, name);
  form.querySelectorAll("select").forEach((each) => each.classList.toggle("is-set", Boolean(each.value)));
}

function pickAll(box) {
  box.closest("table").querySelectorAll(".fw-pick").forEach((each) => { each.checked = box.checked; });
}

function countPicked(form) {
  const all = form.querySelectorAll(".fw-pick");
  const count = form.querySelectorAll(".fw-pick:checked").length;
  form.querySelector("[data-chosen-count]").textContent = count;
  form.querySelector(".fw-bulk").hidden = count === 0;
  const head = form.querySelector("[data-pick-all]");
  head.checked = count === all.length;
  head.indeterminate = count > 0 && count < all.length;
}

// Buttons that are only for browsers without JavaScript
document.documentElement.classList.add("has-script");
