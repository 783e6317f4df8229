// web/pages/front-desk/labels.js - a sheet of labels for folders and tubes.
import { formatCode, formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";

const ofSheet = 30;

/** Returns the page: how many, and the sheet as it is printed, three by ten on letter paper. */
export function labelSheet(person) {
  const sheet = element`<div class="labels" aria-label="Sheet of labels" role="img"></div>`;
  const fill = (count, first) => {
    const label = () => element`<div class="label"><strong><bdi>${person.name}</bdi></strong>
      <span>Born ${formatDate(person.birthDate) || "not known"} · ${formatCode(person.sex)}</span>
      <span class="number">${person.mrn ?? ""}</span></div>`;
    const blank = () => element`<div class="label blank"></div>`;
    sheet.replaceChildren(...Array.from({ length: first - 1 }, blank), ...Array.from({ length:
      Math.max(1, Math.min(count, ofSheet - first + 1)) }, label));
  };
  const read = (form, name, most) => Math.max(1, Math.min(most, Number(form.elements[name].value) || 1));
  const show = (event) => {
    const form = event.target.closest("form");
    fill(read(form, "count", ofSheet), read(form, "first", ofSheet));
  };
  const controls = element`<form class="card no-print" @input=${show} @submit=${(event) => {
    event.preventDefault();
    window.print();
  }}><h2>Labels</h2><div class="card-body"><p class="quiet">Sheets of 30 labels, 1 by 2⅝ inches. A sheet
    that was begun can be used up: say at which label to start.</p><div class="fields">
    <div class="field"><label for="label-count">How many</label><input class="input" id="label-count"
      name="count" type="number" min="1" max="30" value="6"></div>
    <div class="field"><label for="label-first">Start at label</label><input class="input"
      id="label-first" name="first" type="number" min="1" max="30" value="1"></div></div>
    <p class="buttons"><button type="submit" class="button first">Print</button>
      ${html`<a class="button" href="/people/${encodeURIComponent(person.id)}">Back</a>`}</p></div></form>`;
  fill(6, 1);
  return element`<div>${controls}${sheet}</div>`;
}
