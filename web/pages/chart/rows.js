// web/pages/chart/rows.js - tables of the chart that show fifty rows at first.
import { emptyNote } from "../../elements/state-note.js";
import { count } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";

const rowsMax = 50;

/**
 * Returns a card with a table. `columns` are `{ head, cell, isNumber?, isRowHead? }`;
 * `cell(item)` returns text or nodes.
 */
export function tableCard({ title, items, columns, empty, what = "entry", many = "entries" }) {
  const header = html`<header><h2>${title}</h2>
    <span class="quiet number">${items.length ? count(items.length, what, many) : null}</span>
    </header>`;
  if (items.length === 0) {
    return element`<section class="card">${header}<div class="card-body">${emptyNote(empty)}</div>
      </section>`;
  }
  const body = element`<tbody></tbody>`;
  const add = (some) => body.append(...some.map((item) => tableRow(item, columns)));
  add(items.slice(0, rowsMax));
  const heads = columns.map(({ head, isNumber }) =>
    html`<th scope="col" class="${isNumber ? "number" : null}">${head}</th>`);
  return element`<section class="card">${header}
    <div class="table-frame" tabindex="0" role="region" aria-label="${title}">
      <table class="table"><thead><tr>${heads}</tr></thead>${body}</table></div>
    ${items.length > rowsMax ? showAll(items, add) : null}</section>`;
}

function showAll(items, add) {
  const place = element`<div class="card-body show-all"><span class="quiet">The first ${rowsMax}
    are shown.</span> <button type="button" class="button small">Show all ${items.length}</button>
    </div>`;
  place.querySelector("button").addEventListener("click", (event) => {
    const table = event.target.closest(".card").querySelector(".table-frame");
    add(items.slice(rowsMax));
    place.remove();
    table.focus();
  });
  return place;
}

function tableRow(item, columns) {
  const cells = columns.map(({ cell, isNumber, isRowHead }) => {
    const kind = isNumber ? "number" : null;
    return isRowHead ? html`<th scope="row" class="${kind}">${cell(item)}</th>`
      : html`<td class="${kind}">${cell(item)}</td>`;
  });
  return element`<tr>${cells}</tr>`;
}
