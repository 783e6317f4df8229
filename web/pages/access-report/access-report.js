// web/pages/access-report/access-report.js - who looked at a chart.
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get } from "../../lib/api.js";
import { count, formatCode, formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";

/** Opens the page of one patient. */
export function open(outlet, { id }) {
  const place = element`<div></div>`;
  outlet.replaceChildren(html`<div class="page"><div class="page-head"><h1>Who looked at this chart</h1>
    <p>Everybody who opened, listed or changed records of this patient, newest first. Looks in an
      emergency are marked. Print this page for a patient who asks.</p></div>${place}</div>`);
  load(place, id);
  return {};
}

async function load(place, id) {
  place.replaceChildren(loadingNote("the report"));
  const path = `/patients/${encodeURIComponent(id)}/access-report`;
  try {
    const { patientName, items, isCut } = await get(path);
    place.replaceChildren(html`<section class="card"><header><h2><bdi>${patientName}</bdi></h2>
      <span class="no-print"><a href="/api/v1${path}?format=csv" download="access-report.csv">
        Save as a table</a></span></header>
      <div class="card-body"><p>${count(items.length, "entry", "entries")}${isCut
        ? "; older ones are in the audit log" : ""}.</p></div>
      ${items.length ? table(items) : element`<div class="card-body">
        ${emptyNote("Nobody has looked at this chart.")}</div>`}</section>`);
  } catch (error) {
    place.replaceChildren(failedNote(error, () => load(place, id)));
  }
}

function table(items) {
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="Who looked">
    <table class="table"><thead><tr><th scope="col">When</th><th scope="col">Who</th>
    <th scope="col">What</th><th scope="col">Outcome</th></tr></thead>
    <tbody>${items.map((item) => html`<tr><td class="nowrap">${formatDateTime(item.at)}</td>
      <td><bdi>${item.name}</bdi> <span class="quiet">${item.roles.map((role) =>
        formatCode(role.toLowerCase())).join(", ")}</span></td>
      <td>${formatCode(item.action)} ${item.type}${item.isInList ? " (in a list)" : ""}</td>
      <td>${item.isEmergency ? html`<span class="tag danger">Emergency</span> ` : null}
        ${item.outcome === "ok" ? "Done" : formatCode(item.outcome)}</td></tr>`)}</tbody></table></div>`;
}
