// The condition builder: groups and rows of field, operator and value from a description in JSON. Ordinary form
// controls and buttons, so it works by keyboard and touch and sends ordinary named values.

const INPUT_TYPE = { number: "number", date: "date" };

class Builder {
  constructor(root) {
    this.root = root;
    const { root: group, fields, name, live, words, deepest } = JSON.parse(document.getElementById(root.dataset.cond).textContent);
    Object.assign(this, { fields, name, words, deepest });
    this.byName = new Map(this.fields.map((field) => [field.name, field]));
    const rows = root.querySelector(".fw-cond-rows");
    group.parts.forEach((part, index) => this.add(rows, part, live?.parts[index]));
    if (!group.parts.length) this.add(rows, blank());
    this.number();
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("change", (event) => this.changed(event));
    root.addEventListener("keydown", (event) => this.typed(event));
  }

  add(rows, part, live) {
    return part.parts ? this.addGroup(rows, part, live) : this.addRow(rows, part, live);
  }

  addRow(rows, row, live) {
    const line = this.copy("row");
    const field = line.querySelector("[data-cond-field]");
    field.ariaLabel = this.words.field;
    field.append(option("", this.words.choose), ...this.fields.map((each) => option(each.name, each.label)));
    choose(field, row.field);
    line.querySelector("[data-cond-remove]").ariaLabel = this.words.remove;
    this.fillOps(line, row.op);
    this.fillValues(line, row.values, live?.field === row.field ? live : null);
    rows.append(line);
    return line;
  }

  addGroup(rows, group, live) {
    const item = this.copy("group");
    const match = item.querySelector("[data-cond-match]");
    match.ariaLabel = this.words.group;
    choose(match, group.match);
    item.querySelector("[data-cond-remove]").ariaLabel = this.words.remove_group;
    const inner = item.querySelector(".fw-cond-rows");
    group.parts.forEach((part, index) => this.add(inner, part, live?.parts?.[index]));
    rows.append(item);
    return item;
  }

  copy(kind) {
    const made = this.root.querySelector(`[data-cond-${kind}-template]`).content.cloneNode(true).firstElementChild;
    made.querySelector("[data-cond-up]").ariaLabel = this.words.up;
    made.querySelector("[data-cond-down]").ariaLabel = this.words.down;
    return made;
  }

  // Names say the place: condition-0-2-field is the third part of the first group.
  number(list = this.root.querySelector(".fw-cond-rows"), prefix = this.name, depth = 1) {
    [...list.children].forEach((item, index) => {
      const here = `${prefix}-${index}`;
      const inner = item.querySelector(":scope > .fw-cond-rows");
      if (inner) {
        item.querySelector("[data-cond-match]").name = `${here}-match`;
        item.querySelector(":scope > .fw-cond-foot > [data-cond-group]").hidden = depth >= this.deepest;
        return this.number(inner, here, depth + 1);
      }
      item.dataset.prefix = here;
      item.querySelector("[data-cond-field]").name = `${here}-field`;
      item.querySelector("[data-cond-op]").name = `${here}-op`;
      for (const control of item.querySelectorAll("[name$='-value']")) control.name = `${here}-value`;
    });
    if (list.parentElement !== this.root) return;
    const items = this.root.querySelectorAll(".fw-cond-rows > li");
    items.forEach((item) => {
      item.querySelector("[data-cond-up]").disabled = !this.target(item, "up");
      item.querySelector("[data-cond-down]").disabled = !this.target(item, "down");
    });
  }

  // The place one step away, as [list, the item it goes before]: into the neighbouring group, past a row, or out.
  target(item, way) {
    const list = item.parentElement;
    const near = way === "up" ? item.previousElementSibling : item.nextElementSibling;
    const inner = near?.querySelector(":scope > .fw-cond-rows");
    if (inner && this.depth(inner) + height(item) <= this.deepest) return [inner, way === "up" ? null : inner.firstElementChild];
    if (near) return [list, way === "up" ? near : near.nextElementSibling];
    const group = list.closest(".fw-cond-group");
    return group && [group.parentElement, way === "up" ? group : group.nextElementSibling];
  }

  depth(list) {
    const group = list.closest(".fw-cond-group");
    return group ? 1 + this.depth(group.parentElement) : 0;
  }

  move(item, way, button) {
    const [list, before] = this.target(item, way) ?? [];
    if (!list) return;
    list.insertBefore(item, before);
    this.number();
    (button.disabled ? item.querySelector("[data-cond-field], [data-cond-match]") : button).focus();
    this.root.querySelector("[data-cond-said]").textContent = this.words.moved;
    this.root.dispatchEvent(new Event("change", { bubbles: true }));
  }

  field(line) {
    return this.byName.get(line.querySelector("[data-cond-field]").value);
  }

  op(line) {
    const chosen = line.querySelector("[data-cond-op]").value;
    return this.field(line)?.ops.find((each) => each.op === chosen);
  }

  fillOps(line, chosen) {
    const ops = this.field(line)?.ops ?? [];
    const select = line.querySelector("[data-cond-op]");
    select.ariaLabel = this.words.op;
    select.disabled = !ops.length;
    select.replaceChildren(...ops.map((each) => option(each.op, each.label)));
    if (chosen) choose(select, chosen);
  }

  fillValues(line, values, live = null) {
    const place = line.querySelector(".fw-cond-value");
    const arity = this.op(line)?.values ?? "none";
    place.replaceChildren();
    place.classList.toggle("is-set", arity === "many");
    if (arity === "none") return;
    if (arity === "many") return this.fillMany(line, place, values, live);
    place.append(this.control(line, values[0]));
    if (arity === "two") place.append(word(this.words.and), this.control(line, values[1]));
    const { currency } = this.field(line);
    if (currency) place.append(word(currency));
    if (live && live.op === this.op(line).op && String(live.values) !== String(values)) {
      place.append(changed(`${this.words.was} ${live.values.map((each) => this.label(line, each)).join(", ")}`));
    }
  }

  control(line, value = "") {
    const field = this.field(line);
    const choices = field.type === "bool" ? [["true", this.words.yes], ["false", this.words.no]] : field.choices;
    const made = document.createElement(choices ? "select" : "input");
    made.name = `${line.dataset.prefix ?? ""}-value`;
    made.ariaLabel = `${this.words.value}: ${field.label}`;
    if (choices) made.append(option("", this.words.choose), ...choices.map(([code, label]) => option(code, label)));
    else made.type = INPUT_TYPE[field.type] ?? "text";
    if (field.type === "number") made.step = "any";
    if (field.type === "money") made.inputMode = "decimal";
    if (field.type === "number" && value !== "" && Number.isNaN(Number(value))) made.type = "text";
    choose(made, value);
    return made;
  }

  fillMany(line, place, values, live) {
    for (const each of values) place.append(this.chip(line, each, live && !live.values.includes(each)));
    const field = this.field(line);
    const adder = document.createElement(field.choices ? "select" : "input");
    adder.dataset.condAdder = "";
    adder.ariaLabel = `${this.words.add} ${field.label}`;
    if (field.choices) {
      adder.append(option("", this.words.add), ...field.choices.map(([code, label]) => option(code, label)));
    } else {
      adder.placeholder = this.words.add;
    }
    place.append(adder);
  }

  chip(line, value, isNew) {
    const made = document.createElement("span");
    made.className = isNew ? "fw-chip is-changed" : "fw-chip";
    const label = this.label(line, value);
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", value });
    hidden.name = `${line.dataset.prefix ?? ""}-value`;
    const drop = Object.assign(document.createElement("button"), { type: "button", ariaLabel: `${this.words.drop}: ${label}` });
    drop.dataset.condDrop = "";
    drop.append(this.root.querySelector("[data-cond-row-template]").content.querySelector("[data-cond-remove] .fw-icon").cloneNode(true));
    made.append(label, hidden, drop);
    return made;
  }

  label(line, value) {
    return this.field(line).choices?.find(([code]) => code === value)?.[1] ?? value;
  }

  take(adder) {
    const line = adder.closest(".fw-cond-row");
    const value = adder.value.trim();
    const known = [...line.querySelectorAll("input[type=hidden]")].some((each) => each.value === value);
    if (value && !known) adder.before(this.chip(line, value, false));
    adder.value = "";
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-cond-add], [data-cond-group]")) return this.grow(button);
    const item = button.closest(".fw-cond-rows > li");
    if (button.matches("[data-cond-up]")) return this.move(item, "up", button);
    if (button.matches("[data-cond-down]")) return this.move(item, "down", button);
    if (!button.matches("[data-cond-drop], [data-cond-remove]")) return;
    const isChip = button.matches("[data-cond-drop]");
    const next = isChip ? item.querySelector("[data-cond-adder]") : item.nextElementSibling?.querySelector("select");
    const owner = item.parentElement.closest(".fw-cond-group, .fw-cond");
    (isChip ? button.closest(".fw-chip") : item).remove();
    this.number();
    (next ?? owner.querySelector(":scope > .fw-cond-foot > [data-cond-add]")).focus();
    this.root.dispatchEvent(new Event("change", { bubbles: true }));
  }

  grow(button) {
    const rows = button.closest(".fw-cond-group, .fw-cond").querySelector(":scope > .fw-cond-rows");
    const isGroup = button.matches("[data-cond-group]");
    const made = this.add(rows, isGroup ? { match: "any", parts: [blank()] } : blank());
    this.number();
    made.querySelector("[data-cond-match], [data-cond-field]").focus();
  }

  changed(event) {
    const line = event.target.closest?.(".fw-cond-row");
    if (!line) return;
    if (event.target.matches("[data-cond-adder]")) return this.take(event.target);
    if (event.target.matches("[data-cond-field]")) this.fillOps(line, "");
    if (event.target.matches("[data-cond-field]")) return this.fillValues(line, []);
    if (event.target.matches("[data-cond-op]")) {
      const kept = [...line.querySelectorAll(`[name="${line.dataset.prefix}-value"]`)].map((each) => each.value);
      this.fillValues(line, kept.filter(Boolean));
    }
  }

  typed(event) {
    if (!event.target.matches("input[data-cond-adder]")) return;
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      this.take(event.target);
    }
  }
}

function blank() {
  return { field: "", op: "", values: [] };
}

// How many groups lie within an item, itself included: 0 for a row.
function height(item) {
  const inner = item.querySelector(":scope > .fw-cond-rows");
  return inner ? 1 + Math.max(0, ...[...inner.children].map(height)) : 0;
}

// What was retired since stays chosen, so that a person sees it.
function choose(control, value) {
  if (control.tagName === "SELECT" && value && ![...control.options].some((each) => each.value === value)) {
    control.append(option(value, value));
  }
  control.value = value;
}

function option(value, label) {
  return new Option(label, value);
}

function word(text) {
  return Object.assign(document.createElement("span"), { textContent: text });
}

function changed(text) {
  return Object.assign(word(text), { className: "fw-chip is-changed" });
}

function start(root) {
  for (const each of root.querySelectorAll("[data-cond]:not([data-ready])")) {
    each.dataset.ready = "";
    new Builder(each);
  }
}

start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
