// web/pages/front-desk/form-view.js - the form of one step, made from its description.
import "../../elements/code-search.js";
import { markField, showErrors } from "../../elements/error-summary.js";
import { formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { readDate } from "./dates.js";
import { pairsOf } from "./words.js";

let lastNumber = 0;

/** One field: its node, its input, and what it holds. */
class Field {
  constructor(field, value, from, entry) {
    Object.assign(this, { field, entry, id: `fd-${++lastNumber}` });
    this.node = this.#make(value, from);
    this.input ??= this.node.querySelector("input, select, textarea");
  }

  #label() {
    return html`<label for="${this.id}">${this.field.label}</label>${this.field.hint
      ? html`<p class="hint" id="${this.id}-hint">${this.field.hint}</p>` : null}`;
  }

  #make(value, from) {
    const { field, id } = this;
    const described = field.hint ? `${id}-hint` : null;
    if (field.flag) {
      return element`<div class="field"><label class="switch"><input type="checkbox" id="${id}"
        ?checked=${value ?? field.standard ?? false}> ${field.label}</label></div>`;
    }
    if (field.many) {
      return element`<fieldset class="group wide"><legend>${field.label}</legend>
        <div class="many">${pairsOf(field.many, from).map(([key, words], index) => html`<label
          class="switch"><input type="checkbox" id="${index ? null : id}" value="${key}"
          ?checked=${(value ?? []).includes(key)}> ${words}</label>`)}</div></fieldset>`;
    }
    if (field.choices || field.place) {
      const pairs = pairsOf(field.place ? "facilities" : field.choices, from);
      const isKnown = !value || pairs.some(([key]) => key === value);
      const all = Array.isArray(field.choices) ? pairs : [["", "Not said"], ...pairs];
      return element`<div class="field">${this.#label()}<select class="input" id="${id}"
        aria-describedby="${described}">
        ${all.map(([key, words]) => html`<option value="${key}" ?selected=${key === value}>${words}</option>`)}
        ${isKnown ? null : html`<option value="${value}" selected>${value}</option>`}</select></div>`;
    }
    if (field.language) {
      const node = element`<div class="language"><code-search system="languages" label="${field.label}"
        hint="Type the name: Navajo, Lakota, Yup'ik."></code-search></div>`;
      const search = node.firstElementChild;
      this.search = search;
      if (value) search.value = { code: value, display: this.entry?.name ?? "" };
      return node;
    }
    if (field.area) {
      return element`<div class="field wide">${this.#label()}<textarea class="input" id="${id}" rows="2"
        maxlength="1000" .value=${value ?? ""}></textarea></div>`;
    }
    const shown = field.date ? formatDate(value) : value ?? "";
    return element`<div class="field ${field.tribe ? "wide" : ""}">${this.#label()}<input class="input"
      id="${id}" type="text" autocomplete="off" maxlength="200" spellcheck="false" .value=${shown}
      list="${field.tribe ? "tribe-names" : null}" aria-describedby="${described}"></div>`;
  }

  /** Adds what was typed to `values`; returns a problem or null. */
  read(values) {
    const { field } = this;
    if (field.flag) {
      if (this.input.checked) values[field.name] = true;
      return null;
    }
    if (field.many) {
      const chosen = [...this.node.querySelectorAll("input:checked")].map(({ value }) => value);
      if (chosen.length) values[field.name] = chosen;
      return null;
    }
    if (field.language) {
      this.input = this.search.querySelector("input");
      const chosen = this.search.value;
      if (chosen) Object.assign(values, { [field.name]: chosen.code, name: chosen.display });
      return !chosen && this.input?.value.trim() ? "Choose a language of the list." : null;
    }
    const text = this.input.value.normalize("NFC").trim();
    if (text === "") return null;
    if (field.date) {
      const read = readDate(text);
      if (read.problem) return `${field.label}: ${read.problem}`;
      values[field.name] = read.value;
      return null;
    }
    values[field.name] = text;
    if (field.place) values.facilityName = this.input.selectedOptions[0]?.textContent.trim();
    return null;
  }
}

/** Returns the fields with those of the second rank behind a fold. */
function laidOut(fields) {
  const [first, more] = [fields.filter(({ field }) => !field.more), fields.filter(({ field }) => field.more)];
  const isUsed = more.some(({ field, node, input }) => (field.flag ? input.checked
    : field.many ? node.querySelector("input:checked") : input?.value && !field.choices));
  return html`<div class="fields">${first.map(({ node }) => node)}</div>
    ${more.length ? html`<details ?open=${Boolean(isUsed)}><summary>More</summary>
      <div class="fields">${more.map(({ node }) => node)}</div></details>` : null}`;
}

/** The form of a step: `node`, `read()`, `focus()` and `showRefusal(place, error)`. */
export class FormView {
  #step; #from; #parts = []; #places = new Map();

  constructor(step, values, from) {
    this.#step = step;
    this.#from = from;
    const plain = [];
    this.node = element`<div class="step-fields"></div>`;
    const flush = () => {
      if (plain.length) this.node.append(html`<div class="plain">${laidOut(plain.splice(0))}</div>`);
    };
    for (const field of step.fields) {
      if (field.list) {
        flush();
        this.node.append(this.#list(field, values?.[field.list] ?? []));
      } else {
        const made = new Field(field, values?.[field.name], from);
        plain.push(made);
        this.#parts.push(made);
      }
    }
    flush();
    // Enter saves from a list of choices as well as from a text.
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("select, input[type=checkbox]")) return;
      event.preventDefault();
      event.target.form?.requestSubmit();
    });
  }

  #list(field, entries) {
    const group = { field, entries: [] };
    const place = element`<div class="entries"></div>`;
    const add = (entry, isTyped) => {
      const made = field.fields.map((one) => new Field(one, entry[one.name], this.#from, entry));
      const item = { made, before: entry };
      const number = group.entries.length + 1;
      const name = number > 1 ? `${field.one} ${number}` : field.one;
      const drop = () => {
        group.entries.splice(group.entries.indexOf(item), 1);
        item.node.remove();
        button.focus();
      };
      item.node = element`<fieldset class="group entry"><legend>${name}</legend>${laidOut(made)}
        <button type="button" class="link-button" aria-label="Remove ${name.toLowerCase()}"
          @click=${drop}>Remove</button></fieldset>`;
      group.entries.push(item);
      place.append(item.node);
      if (isTyped) item.node.querySelector("input, select")?.focus();
    };
    const button = element`<button type="button" class="button small"
      @click=${() => add({}, true)}>${field.add}</button>`;
    for (const entry of entries) add(entry);
    for (let count = entries.length; count < field.shown; count += 1) add({});
    this.#parts.push(group);
    return element`<div class="list">${place}<p>${button}</p></div>`;
  }

  focus() {
    this.node.querySelector("input, select")?.focus();
  }

  /** Returns what stands in the form as far as it can be read, and marks nothing. */
  typed() {
    return this.read(false).values;
  }

  /** Returns `{ values, problems }`; entries in which nothing was written are left out. */
  read(isMarking = true) {
    const values = {};
    const problems = [];
    this.#places = new Map();
    const take = (part, into, path) => {
      const problem = part.read(into);
      const input = part.input;
      this.#places.set(path + part.field.name, input);
      if (!input) return;
      if (isMarking && input.isConnected) markField(input, problem);
      if (problem) problems.push({ id: input.id, message: problem });
    };
    for (const part of this.#parts) {
      if (!part.entries) {
        take(part, values, "");
        continue;
      }
      const kept = [];
      for (const { made, before } of part.entries) {
        const entry = before.id ? { id: before.id } : {};
        for (const one of made) take(one, entry, `${part.field.list}[${kept.length}].`);
        if (isWritten(part.field, entry)) kept.push(complete(part.field, entry));
      }
      values[part.field.list] = kept;
    }
    return { values, problems };
  }

  /** Shows what the box refused, at the fields that it names. */
  showRefusal(place, title, error) {
    const details = error.details?.length ? error.details : [{ message: error.message }];
    showErrors(place, title, details.map(({ location, message }) => {
      const input = this.#places.get(location)
        ?? [...this.#places].find(([name]) => location && name.startsWith(location))?.[1];
      if (input) {
        input.closest("details")?.setAttribute("open", "");
        markField(input, message);
      }
      return { id: input?.id, message };
    }));
  }
}

// A choice that stands there by itself says nothing.
const isWritten = (list, entry) => entry.id !== undefined || list.fields.some((field) =>
  entry[field.name] !== undefined && !field.flag && !Array.isArray(field.choices));

// What is on by itself is said to be off.
function complete(list, entry) {
  for (const field of list.fields) {
    if (field.standard && entry[field.name] === undefined) entry[field.name] = false;
  }
  return entry;
}
