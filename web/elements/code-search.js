// web/elements/code-search.js - a field that finds a code while somebody types, for any form.
//
//   <code-search system="icd-10-cm" label="Diagnosis"></code-search>
//
// Attributes: `system`, `label`, `hint`, `all` (shows codes that only group others as well).
// `value` is `{ system, code, display }` or null. Fires `code-chosen` with the value as its detail,
// and with null once what was chosen is changed. `ask` may be set by tests.
// Spec: ARIA Authoring Practices, combobox with list, https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
import { get, withQuery } from "../lib/api.js";
import { element, html } from "../lib/html.js";
import { matchParts } from "../lib/match.js";
import { addStyle } from "../lib/styles.js";
import { foundWords, movedTo } from "./code-search-words.js";

await addStyle("./code-search.css", import.meta.url);

const typingPauseMs = 60;
const shownMax = 20;
let lastNumber = 0;

class CodeSearch extends HTMLElement {
  #parts = null; #items = []; #at = -1; #timer = null; #request = null; #value = null;
  #number = ++lastNumber;

  /** Asks the box; `(system, text, signal)` gives `{ data, pagination }`. */
  ask = (system, text, signal) => get(withQuery("/terms", {
    system, q: text, limit: shownMax, all: this.hasAttribute("all") ? "true" : null,
  }), { signal });

  connectedCallback() {
    if (this.#parts) return;
    const id = `code-search-${this.#number}`;
    const label = this.getAttribute("label") ?? "Code";
    const hint = this.getAttribute("hint") ?? "Words in any order, parts of words, or the code.";
    const input = element`<input class="input" id="${id}" type="text" role="combobox"
      autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200"
      aria-autocomplete="list" aria-expanded="false" aria-controls="${id}-list"
      aria-describedby="${id}-hint ${id}-state">`;
    const list = element`<ul class="code-list" id="${id}-list" role="listbox" aria-label="${label}"
      hidden></ul>`;
    const state = element`<p class="code-state" id="${id}-state" role="status"></p>`;
    this.replaceChildren(html`<div class="field"><label for="${id}">${label}</label>
      <p class="quiet" id="${id}-hint">${hint}</p></div>${input}${list}${state}`);
    this.#parts = { input, list, state };
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.#close());
    // Before the field loses the focus.
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#choose(Number(option.dataset.at));
    });
    this.#showValue();
  }

  disconnectedCallback() { this.#stop(); }

  get value() { return this.#value; }

  set value(value) {
    this.#value = value;
    this.#showValue();
  }

  /** Gives the field the focus. */
  focus() { this.#parts?.input.focus(); }

  static get observedAttributes() { return ["system"]; }

  attributeChangedCallback(name, before, after) {
    if (!this.#parts || before === after) return;
    this.value = null;
    this.#tell();
  }

  #showValue() {
    if (!this.#parts) return;
    this.#parts.input.value = this.#value ? `${this.#value.code} ${this.#value.display}` : "";
    this.#parts.state.textContent = "";
    this.#close();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  #typed() {
    this.#stop();
    if (this.#value) {
      this.#value = null;
      this.#tell();
    }
    if (!this.#parts.input.value.trim()) {
      this.#parts.state.textContent = "";
      this.#close();
      return;
    }
    this.#timer = setTimeout(() => this.#search(), typingPauseMs);
  }

  async #search() {
    const text = this.#parts.input.value.trim();
    this.#request = new AbortController();
    const { signal } = this.#request;
    const waiting = setTimeout(() => { this.#parts.state.textContent = "Looking…"; }, 300);
    try {
      const { data, pagination } = await this.ask(this.getAttribute("system"), text, signal);
      if (signal.aborted) return;
      this.#show(data, text);
      this.#parts.state.textContent = foundWords(data.length, pagination.total);
    } catch (error) {
      if (signal.aborted) return;
      this.#close();
      this.#parts.state.textContent = `${error.message} Press the down arrow to try again.`;
    } finally {
      clearTimeout(waiting);
    }
  }

  #show(items, text) {
    this.#items = items;
    this.#at = -1;
    const { input, list } = this.#parts;
    list.replaceChildren(...items.map((item, at) => this.#option(item, at, text)));
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(items.length > 0));
    input.removeAttribute("aria-activedescendant");
  }

  #option(item, at, text) {
    return element`<li role="option" id="${this.#parts.input.id}-${at}" data-at="${at}"
      aria-selected="false"><span class="code">${item.code}</span>
      <span>${marked(item.display, text)}</span>
      ${item.matched ? html`<span class="matched">${marked(item.matched, text)}</span>` : null}</li>`;
  }

  #key(event) {
    const { input, list } = this.#parts;
    const isOpen = !list.hidden;
    if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === "Enter" && isOpen && this.#at >= 0) {
      event.preventDefault();
      this.#choose(this.#at);
    } else if (event.key === "ArrowDown" && !isOpen && input.value.trim()) {
      event.preventDefault();
      this.#stop();
      this.#search();
    } else if (isOpen) {
      const at = movedTo(event.key, this.#at, this.#items.length);
      if (at === null) return;
      event.preventDefault();
      this.#mark(at);
    }
  }

  #mark(at) {
    const options = [...this.#parts.list.children];
    options[this.#at]?.setAttribute("aria-selected", "false");
    options[at].setAttribute("aria-selected", "true");
    options[at].scrollIntoView({ block: "nearest" });
    this.#parts.input.setAttribute("aria-activedescendant", options[at].id);
    this.#at = at;
  }

  #choose(at) {
    const { system, code, display } = this.#items[at];
    this.value = { system, code, display };
    this.#parts.state.textContent = `Chosen: ${code} ${display}.`;
    this.#tell();
  }

  #close() {
    this.#at = -1;
    const { input, list } = this.#parts;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("code-chosen", { detail: this.#value, bubbles: true }));
  }
}

function marked(text, query) {
  return html`${matchParts(text, query).map(({ text: part, isMatch }) =>
    isMatch ? html`<mark>${part}</mark>` : part)}`;
}

customElements.define("code-search", CodeSearch);
