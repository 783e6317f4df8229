// web/pages/front-desk/parts.js - what the pages of the front desk share.
import { get } from "../../lib/api.js";
import { formatCode, formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { likeness, masked, rowsOf, signsOf } from "./words.js";

let choices = null;

/** Returns what people choose from; asked for once. */
export async function loadChoices() {
  choices ??= await get("/registration-choices");
  return choices;
}

/** Returns the list of tribes that fields offer while somebody types. */
export const tribeList = (from) => element`<datalist id="tribe-names">${from.tribes.map(({ words }) =>
  html`<option value="${words}"></option>`)}</datalist>`;

/** Returns what a step says as a list of terms; numbers that are secret are masked until asked for. */
export function factsOf(step, values, from) {
  const rows = rowsOf(step, values, from);
  if (rows.length === 0) return element`<p class="quiet">Nothing written.</p>`;
  // Each part by itself, so that none turns the direction of the next.
  const apart = (parts) => parts.map((part, index) => html`${index ? ", " : ""}<bdi>${part}</bdi>`);
  return element`<dl class="facts">${rows.map(({ label, words, parts, isSecret }) => html`<dt>${label}</dt>
    <dd>${isSecret ? secret(label, words) : apart(parts ?? [words])}</dd>`)}</dl>`;
}

function secret(label, words) {
  const shown = element`<bdi class="digits">${masked(words)}</bdi>`;
  const button = element`<button type="button" class="link-button no-print" aria-pressed="false"
    aria-label="Show ${label.toLowerCase()}">Show</button>`;
  button.addEventListener("click", () => {
    const isShown = button.getAttribute("aria-pressed") === "true";
    shown.textContent = isShown ? masked(words) : words;
    button.textContent = isShown ? "Show" : "Hide";
    button.setAttribute("aria-pressed", String(!isShown));
  });
  return html`${shown} ${button}`;
}

/** Returns the list of patients who may be the same person; `tail(item)` ends each. */
export function similarList(items, tail = () => null) {
  return element`<ul class="similar">${items.map((item) => html`<li>
    <a href="/people/${encodeURIComponent(item.id)}" target="_blank"><bdi>${item.name}</bdi></a>
    <span class="number">${formatDate(item.birthDate) || "birth date not known"}</span>
    ${item.sex ? html`<span>${formatCode(item.sex)}</span>` : null}
    ${item.mrn ? html`<span class="number">${item.mrn}</span>` : null}
    <span class="tag ${item.points >= 55 ? "warn" : ""}">${likeness(item)}</span>
    <span class="quiet">${signsOf(item)}</span>${tail(item)}</li>`)}</ul>`;
}
