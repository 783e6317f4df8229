// web/pages/chart/results.js - vitals and labs: what was measured, and how it went.
import { plottable, sparkLine } from "../../elements/plot-parts.js";
import { readingTable, readingText, statusWord } from "../../elements/reading-table.js";
import { resultFlag, rangeText } from "../../elements/result-flag.js";
import { emptyNote } from "../../elements/state-note.js";
import "../../elements/trend-plot.js";
import { count, formatDate, formatUnit } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { may } from "../../lib/session.js";
import { newestOf } from "./measures.js";
import { vitalsForm } from "./vitals-form.js";

const rowsMax = 50;

/** Returns a series as a card with a plot, or as a table when nothing can be plotted. */
export function plotCard(series, { isLarge = false } = {}) {
  const places = plottable(series.points).length;
  const content = places > 0
    ? html`<trend-plot class="${isLarge ? "is-large" : null}" .series=${series}></trend-plot>`
    : readingTable(series, series.unit);
  return element`<section class="plot-card card"><header><h3>${series.label}</h3></header>
    <div class="card-body">${content}</div></section>`;
}

/** Returns every vital sign with its plot, or the form to record some. */
export function vitalsPanel(chart, part, page) {
  const href = `/patients/${encodeURIComponent(chart.patient.id)}/vitals`;
  const mayRecord = may("observations.create") && !chart.patient.isDeceased
    && !chart.patient.mergedInto;
  if (part === "new" && mayRecord) {
    return vitalsForm(chart, { backHref: href, onSaved: (items) => page.reload(href, savedNote(items)) });
  }
  const record = mayRecord ? html`<a class="button small first no-print" href="${href}/new">Record
    vitals</a>` : null;
  if (chart.vitals.length === 0) {
    return element`<section class="card"><header><h2>Vitals</h2>${record}</header>
      <div class="card-body">${emptyNote("No vital sign is recorded.")}</div></section>`;
  }
  return element`<section class="stack"><div class="part-head"><h2>Vitals</h2>${record}</div>
    <p class="quiet no-print">Each plot takes the focus: arrow keys read one value after the other.
    </p>
    <div class="plot-grid-wide">${chart.vitals.map((series) => plotCard(series, { isLarge: true }))}</div>
  </section>`;
}

function savedNote(items) {
  const alerts = items.filter(({ interpretation }) => ["LL", "HH"].includes(interpretation));
  return element`<div class="message ${alerts.length ? "danger" : "good"} no-print" role="status"
    tabindex="-1"><p>Saved: ${items.map(({ label, interpretation }) =>
    html`<span class="saved-item">${label} ${resultFlag({ interpretation })}</span> `)}</p></div>`;
}

/** Returns every lab test in groups, newest value first, each with its trend. */
export function labsPanel({ labs }) {
  if (labs.length === 0) {
    return element`<section class="card"><h2>Labs</h2>
      <div class="card-body">${emptyNote("No lab result is recorded.")}</div></section>`;
  }
  const body = element`<div class="stack"></div>`;
  const add = (some) => body.append(...groupsOf(some).map(([panel, group]) => labCard(panel, group)));
  add(labs.slice(0, rowsMax));
  const more = labs.length > rowsMax
    ? element`<p><button type="button" class="button small">Show all ${labs.length} tests</button>
        </p>` : null;
  more?.querySelector("button").addEventListener("click", () => {
    body.replaceChildren();
    add(labs);
    more.remove();
    body.querySelector("button")?.focus();
  });
  return element`<section class="stack"><h2>Labs</h2>${body}${more}</section>`;
}

function groupsOf(labs) {
  const groups = new Map();
  for (const series of labs) {
    const panel = series.panel || "Single tests";
    groups.set(panel, [...(groups.get(panel) ?? []), series]);
  }
  return [...groups];
}

function labCard(panel, group) {
  return element`<section class="card"><header><h3>${panel}</h3>
    <span class="quiet">${count(group.length, "test")}</span></header>
    <div class="table-frame" tabindex="0" role="region" aria-label="${panel}">${labTable(group)}
    </div></section>`;
}

/** Returns lab tests as a table; each row opens into its plot and readings. */
export function labTable(group) {
  return html`<table class="table lab-table"><thead><tr>
    <th scope="col">Test</th><th scope="col" class="number lab-value">Newest</th>
    <th scope="col" class="lab-flag">Flag</th><th scope="col" class="lab-range">Range</th>
    <th scope="col" class="lab-date">Date</th>
    <th scope="col" class="lab-trend">Trend</th></tr></thead>
    <tbody>${group.map(labRow)}</tbody></table>`;
}

function labRow(series) {
  const newest = newestOf(series);
  const toggle = element`<button type="button" class="row-toggle" aria-expanded="false">
    ${series.label}</button>`;
  const line = element`<tr><th scope="row">${toggle}</th>
    <td class="number">${valueOf(newest, series.unit)}</td>
    <td>${resultFlag(newest)} ${statusWord(newest.status)}</td>
    <td class="nowrap digits">${rangeText(newest)}</td>
    <td class="nowrap">${formatDate(newest.at)}</td>
    <td class="lab-trend">${sparkLine(series.points)
      ?? html`<span class="quiet">${count(series.points.length, "result")}</span>`}</td></tr>`;
  toggle.addEventListener("click", () => {
    const isOpen = toggle.getAttribute("aria-expanded") === "true";
    toggle.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) line.nextElementSibling.remove();
    else line.after(element`<tr class="lab-open"><td colspan="6">${opened(series)}</td></tr>`);
  });
  return line;
}

function valueOf(point, unit) {
  if (point.value == null) return html`<bdi>${point.text ?? ""}</bdi>`;
  return html`<strong>${readingText(point, "")}</strong> <span class="quiet">${formatUnit(unit)}</span>`;
}

function opened(series) {
  return plottable(series.points).length > 0
    ? html`<trend-plot class="is-large" .series=${series}></trend-plot>`
    : readingTable(series, series.unit);
}
