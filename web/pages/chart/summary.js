// web/pages/chart/summary.js - the first page of a chart: what matters now.
import { icon } from "../../elements/icon.js";
import { emptyNote } from "../../elements/state-note.js";
import { timeMs, formatCode, formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { isStanding } from "./banner.js";
import { newestOf } from "./measures.js";
import { labTable, plotCard } from "./results.js";

const listMax = 8;
const plotsMax = 6;
const labsMax = 10;

/** Returns the summary. */
export function summaryPanel(chart) {
  const id = encodeURIComponent(chart.patient.id);
  const problems = chart.problems.filter((item) => item.isActive);
  const medications = chart.medications.filter((item) => item.isActive);
  return element`<div class="summary"><h2 class="seen-by-readers-only">Summary</h2>
    <div class="stack">
      ${shortList({ title: "Active problems", href: `/patients/${id}/problems`, items: problems,
        empty: "No active problem is recorded.",
        line: (item) => html`<bdi>${item.text}</bdi>
          <span class="quiet nowrap">${item.onset ? `since ${formatDate(item.onset)}` : null}</span>` })}
      ${shortList({ title: "Active medications", href: `/patients/${id}/medications`,
        items: medications, empty: "No active medication is recorded.",
        line: (item) => html`<span><bdi>${item.text}</bdi>
          ${item.dosage ? html`<span class="quiet sub"><bdi>${item.dosage}</bdi></span>` : null}</span>
          <span class="quiet nowrap">${formatDate(item.authoredOn)}</span>` })}
      ${allergyList(chart, id)}
    </div>
    ${vitalsPart(chart.vitals, id)}
    ${labsPart(chart.labs, id)}
    ${demographics(chart.patient)}
  </div>`;
}

function shortList({ title, href, items, empty, line }) {
  const more = items.length - listMax;
  return html`<section class="card"><header><h3>${title}</h3>
    <a href="${href}" aria-label="${title}: all">All</a></header>
    ${items.length === 0 ? html`<div class="card-body">${emptyNote(empty)}</div>`
      : html`<ul class="short-list">${items.slice(0, listMax).map((item) =>
        html`<li>${line(item)}</li>`)}
        ${more > 0 ? html`<li><a href="${href}">and ${more} more</a></li>` : null}</ul>`}
  </section>`;
}

function allergyList({ allergies, allergyStatus }, id) {
  return shortList({
    title: "Allergies", href: `/patients/${id}/allergies`, items: allergies.filter(isStanding),
    empty: allergyStatus === "not-asked" ? "Not asked yet: nothing is recorded either way."
      : "No known allergies.",
    line: (item) => html`<span><bdi>${item.text}</bdi>${item.reactions.length
      ? html`<span class="quiet sub"><bdi>${item.reactions.join(", ")}</bdi></span>` : null}</span>
      ${item.criticality === "high"
        ? html`<span class="tag danger">${icon("alert")}High risk</span>` : null}`,
  });
}

function vitalsPart(vitals, id) {
  if (vitals.length === 0) {
    return html`<section class="card"><h3 class="card-title">Vitals</h3>
      <div class="card-body">${emptyNote("No vital sign is recorded.")}</div></section>`;
  }
  return html`<section class="stack-tight"><div class="part-head"><h3>Vitals</h3>
    <a href="/patients/${id}/vitals">All vitals</a></div>
    <div class="plot-grid-narrow">${vitals.slice(0, plotsMax).map((series) => plotCard(series))}</div>
  </section>`;
}

function labsPart(labs, id) {
  const newest = [...labs].sort((a, b) =>
    (timeMs(newestOf(b)?.at) ?? 0) - (timeMs(newestOf(a)?.at) ?? 0)).slice(0, labsMax);
  return html`<section class="card summary-wide"><header><h3>Recent labs</h3>
    <a href="/patients/${id}/labs">All labs</a></header>
    ${newest.length === 0 ? html`<div class="card-body">${emptyNote("No lab result is recorded.")}
      </div>` : html`<div class="table-frame" tabindex="0" role="region" aria-label="Recent labs">
      ${labTable(newest)}</div>`}</section>`;
}

function demographics(patient) {
  const lines = (items) => items.map((item) => html`<div><bdi>${item}</bdi></div>`);
  const facts = [
    ["Tribal affiliation", patient.tribalAffiliations.map((affiliation) =>
      html`<div><bdi>${affiliation.tribe}</bdi> ${enrollment(affiliation)}</div>`)],
    ["Other names", lines(patient.otherNames)],
    ["Gender", patient.gender && patient.gender !== patient.sex ? [formatCode(patient.gender)] : []],
    ["Phone", lines(patient.phones)],
    ["E-mail", lines(patient.emails)],
    ["Address", lines(patient.addresses)],
    ["Language", lines(patient.languages)],
    ["Race", patient.race ? [patient.race] : []],
    ["Ethnicity", patient.ethnicity ? [patient.ethnicity] : []],
    ["Marital status", patient.maritalStatus ? [patient.maritalStatus] : []],
    ...patient.identifiers.map(({ label, value }) => [label, [value]]),
  ].filter(([label, content]) => content.length > 0 || label === "Tribal affiliation");
  return html`<section class="card summary-wide"><header><h3>Demographics</h3></header>
    <dl class="facts">${facts.map(([label, content]) => html`<div><dt>${label}</dt>
      <dd>${content.length ? content : html`<span class="quiet">Not recorded</span>`}</dd></div>`)}
    </dl></section>`;
}

function enrollment({ isEnrolled }) {
  if (isEnrolled === true) return html`<span class="tag good">Enrolled</span>`;
  if (isEnrolled === false) return html`<span class="tag">Not enrolled</span>`;
  return null;
}
