// The condition builder: rows of field, operator and value from a description in JSON. Ordinary form controls, so it
// works by keyboard and sends ordinary named values.

const INPUT_TYPE = { number: "number", date: "date" };

class Builder {
  constructor(root) {
    this.root = root;
    this.list = root.querySelector(".fw-cond-rows");
    const { rows, fields, name, live, words } = JSON.parse(document.getElementById(root.dataset.cond).textContent);
    Object.assign(this, { fields, name, live, words });
    this.byName = new Map(this.fields.map((field) => [field.name, field]));
    this.made = 0;
    rows.forEach((row, index) => this.add(row, this.live?.[index]));
    if (!rows.length) this.add({ field: "", op: "", values: [] });
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("change", (event) => this.changed(event));
    root.addEventListener("keydown", (event) => this.typed(event));
  }

  add(row, live) {
    const line = this.root.querySelector("template").content.cloneNode(true).firstElementChild;
    line.dataset.prefix = `${this.name}-${this.made++}`;
    const field = line.querySelector("[data-cond-field]");
    field.name = `${line.dataset.prefix}-field`;
    field.ariaLabel = this.words.field;
    field.append(option("", this.words.choose), ...this.fields.map((each) => option(each.name, each.label)));
    field.value = row.field;
    line.querySelector("[data-cond-remove]").ariaLabel = this.words.remove;
    this.fillOps(line, row.op);
    this.fillValues(line, row.values, live?.field === row.field ? live : null);
    this.list.append(line);
    return line;
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
    select.name = `${line.dataset.prefix}-op`;
    select.ariaLabel = this.words.op;
    select.disabled = !ops.length;
    select.replaceChildren(...ops.map((each) => option(each.op, each.label)));
    if (ops.some((each) => each.op === chosen)) select.value = chosen;
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
    made.name = `${line.dataset.prefix}-value`;
    made.ariaLabel = `${this.words.value}: ${field.label}`;
    if (choices) made.append(option("", this.words.choose), ...choices.map(([code, label]) => option(code, label)));
    else made.type = INPUT_TYPE[field.type] ?? "text";
    if (field.type === "number") made.step = "any";
    if (field.type === "money") made.inputMode = "decimal";
    made.value = value;
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
    hidden.name = `${line.dataset.prefix}-value`;
    const drop = Object.assign(document.createElement("button"), { type: "button", ariaLabel: `${this.words.drop}: ${label}` });
    drop.dataset.condDrop = "";
    drop.append(this.root.querySelector("template").content.querySelector(".fw-icon").cloneNode(true));
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
    if (event.target.closest("[data-cond-add]")) {
      this.add({ field: "", op: "", values: [] }).querySelector("[data-cond-field]").focus();
      return;
    }
    const drop = event.target.closest("[data-cond-drop]");
    const remove = event.target.closest("[data-cond-remove]");
    if (!drop && !remove) return;
    const line = event.target.closest(".fw-cond-row");
    const next = drop ? line.querySelector("[data-cond-adder]") : line.nextElementSibling?.querySelector("select");
    (drop ? drop.closest(".fw-chip") : line).remove();
    (next ?? this.root.querySelector("[data-cond-add]")).focus();
    this.root.dispatchEvent(new Event("change", { bubbles: true }));
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
