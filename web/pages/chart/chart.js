// web/pages/chart/chart.js - one patient's chart: fetched once, banner fixed, tabs by address.
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get } from "../../lib/api.js";
import { formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { keys } from "../../lib/keys.js";
import { noteOpened } from "../../lib/recent.js";
import { go } from "../../lib/router.js";
import { may, session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { changeNote } from "../../elements/change-note.js";
import { closedNote, EmergencyStrip } from "../../elements/emergency-strip.js";
import { banner } from "./banner.js";
import {
  allergiesPanel, documentsPanel, encountersPanel, immunizationsPanel, medicationsPanel,
  problemsPanel,
} from "./lists.js";
import { notesPanel } from "./notes.js";
import { labsPanel, vitalsPanel } from "./results.js";
import { summaryPanel } from "./summary.js";

await addStyle("./chart.css", import.meta.url);

const tabs = [
  { key: "summary", label: "Summary", panel: summaryPanel },
  { key: "problems", label: "Problems", panel: problemsPanel, count: (chart) => chart.problems.length },
  { key: "medications", label: "Medications", panel: medicationsPanel,
    count: (chart) => chart.medications.length },
  { key: "allergies", label: "Allergies", panel: allergiesPanel,
    count: (chart) => chart.allergies.length },
  { key: "vitals", label: "Vitals", panel: vitalsPanel, count: (chart) => chart.vitals.length },
  { key: "labs", label: "Labs", panel: labsPanel, count: (chart) => chart.labs.length },
  { key: "immunizations", label: "Immunizations", panel: immunizationsPanel,
    count: (chart) => chart.immunizations.length },
  { key: "encounters", label: "Encounters", panel: encountersPanel,
    count: (chart) => chart.encounters.length },
  { key: "documents", label: "Documents", panel: documentsPanel,
    count: (chart) => chart.documents.length },
  { key: "notes", label: "Notes", panel: notesPanel, count: (chart) => chart.notes.length },
];

/** Opens the page of one patient. */
export function open(outlet, parts) {
  const page = new ChartPage(outlet, parts);
  page.load();
  return { change: (next) => page.change(next), close: () => page.close() };
}

class ChartPage {
  #outlet; #parts; #chart = null; #request = new AbortController(); #endKeys = []; #sizes = null;
  #strip = null; #note = null; #changes = null;

  constructor(outlet, parts) {
    this.#outlet = outlet;
    this.#parts = parts;
  }

  async load() {
    const { id } = this.#parts;
    this.#outlet.replaceChildren(html`<div class="page"><h1>Chart</h1>${loadingNote("the chart")}
      </div>`);
    try {
      const chart = await get(`/patients/${encodeURIComponent(id)}/chart`,
        { signal: this.#request.signal });
      if (this.#request.signal.aborted) return;
      if (chart.patient.id !== id) {
        throw new Error("The box answered with another patient's chart; nothing is shown.");
      }
      this.#chart = chart;
      this.#show();
    } catch (error) {
      if (this.#request.signal.aborted) return;
      const isClosed = error.status === 404 && may("emergencies.open");
      this.#outlet.replaceChildren(html`<div class="page"><h1>The chart is not open</h1>
        ${isClosed ? closedNote(id, () => this.load()) : failedNote(error, () => this.load())}
        <p><a href="/patients">Find a patient</a></p></div>`);
    }
  }

  // After something was saved: the chart as it is now, at another address, with a word on top.
  async #reload(path, note) {
    await go(path, { isReplacing: true });
    this.#note = note;
    await this.load();
  }

  change(parts) {
    if (parts.id !== this.#parts.id) return false;
    this.#parts = parts;
    if (this.#chart) this.#showPanel();
    return true;
  }

  close() {
    this.#request.abort();
    this.#strip?.stop();
    this.#changes?.stop();
    this.#sizes?.disconnect();
    this.#endKeys.forEach((end) => end());
    document.documentElement.style.removeProperty("--sticky-height");
    this.#chart = null;
  }

  #show() {
    const { patient } = this.#chart;
    noteOpened({
      id: patient.id, name: patient.name, birthDate: patient.birthDate, sex: patient.sex,
      mrn: patient.mrn, deceased: Boolean(patient.isDeceased || patient.deceasedAt),
      ageYears: /^\d+ y/.test(patient.ageText ?? "") ? Number.parseInt(patient.ageText, 10) : null,
      tribe: patient.tribalAffiliations[0]?.tribe,
    });
    const rail = element`<div class="tab-rail" role="tablist" aria-label="Parts of the chart"
      aria-orientation="vertical">${tabs.map((tab) => this.#tab(tab))}</div>`;
    rail.addEventListener("keydown", (event) => this.#railKey(event));
    const who = session.get().user;
    this.#strip?.stop();
    this.#strip = may("emergencies.open") ? new EmergencyStrip(patient, () => this.load()) : null;
    this.#strip?.load();
    const head = banner(this.#chart);
    // In the banner, so that it stays in sight with it.
    if (this.#strip) head.prepend(this.#strip.node);
    this.#changes?.stop();
    this.#changes = changeNote({
      text: "Somebody changed this chart since you opened it.",
      fits: (change) => change.patient === patient.id, show: () => this.load(),
    });
    head.prepend(this.#changes.node);
    this.#outlet.replaceChildren(html`<article class="chart">
      ${head}
      ${may("audit.read") ? html`<p class="emergency-offer no-print"><a
        href="/access-report/${encodeURIComponent(patient.id)}">Who looked at this chart</a></p>` : null}
      <div class="chart-body">${rail}
        <section class="panel" role="tabpanel" id="chart-panel" tabindex="-1"></section></div>
      <p class="print-only print-foot" hidden>Printed by ${who?.displayName} from the chart as it
        was on ${formatDateTime(this.#chart.openedAt)}.</p>
    </article>`);
    this.#watchBanner();
    this.#addKeys();
    this.#showPanel();
    const heading = this.#outlet.querySelector("h1");
    heading.tabIndex = -1;
    if (!this.#outlet.querySelector(".panel").contains(document.activeElement)) {
      heading.focus({ preventScroll: true });
    }
  }

  #tab(tab) {
    const number = tab.count?.(this.#chart);
    const words = number === undefined ? null
      : html`<span class="tab-count number">${number}</span>`;
    return html`<a role="tab" id="tab-${tab.key}" aria-controls="chart-panel"
      href="${this.#path(tab)}">${tab.label}${words}</a>`;
  }

  #path(tab) {
    return `/patients/${encodeURIComponent(this.#parts.id)}/${tab.key}`;
  }

  #showPanel() {
    const tab = tabs.find(({ key }) => key === this.#parts.tab) ?? tabs[0];
    for (const link of this.#outlet.querySelectorAll("[role=tab]")) {
      const isSelected = link.id === `tab-${tab.key}`;
      link.setAttribute("aria-selected", String(isSelected));
      link.tabIndex = isSelected ? 0 : -1;
      if (isSelected) link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    const panel = this.#outlet.querySelector(".panel");
    panel.setAttribute("aria-labelledby", `tab-${tab.key}`);
    const page = { reload: (path, note) => this.#reload(path, note) };
    panel.replaceChildren(...partsMissing(this.#chart),
      ...[this.#note].filter(Boolean), tab.panel(this.#chart, this.#parts.document, page));
    this.#note?.focus();
    this.#note = null;
    const isFar = this.#outlet.querySelector(".chart").getBoundingClientRect().top < 0;
    if (isFar) window.scrollTo(0, this.#outlet.offsetTop);
  }

  #railKey(event) {
    const links = [...event.currentTarget.querySelectorAll("[role=tab]")];
    const at = links.indexOf(document.activeElement);
    const targets = {
      ArrowDown: (at + 1) % links.length, ArrowRight: (at + 1) % links.length,
      ArrowUp: (at - 1 + links.length) % links.length,
      ArrowLeft: (at - 1 + links.length) % links.length, Home: 0, End: links.length - 1,
    };
    if (at < 0 || !(event.key in targets)) {
      if (event.key === " " && at >= 0) {
        event.preventDefault();
        this.#outlet.querySelector(".panel").focus();
      }
      return;
    }
    event.preventDefault();
    const next = links[targets[event.key]];
    next.focus();
    go(next.pathname, { isReplacing: true });
  }

  #addKeys() {
    this.#endKeys = tabs.map((tab, index) =>
      keys.add(String((index + 1) % 10), `Chart: ${tab.label.toLowerCase()}`, () => {
        go(this.#path(tab));
        this.#outlet.querySelector(`#tab-${tab.key}`).focus();
      }));
    if (may("observations.create")) {
      this.#endKeys.push(keys.add("v", "Chart: record vitals", () =>
        go(`/patients/${encodeURIComponent(this.#parts.id)}/vitals/new`)));
    }
  }

  // Whatever takes the focus must not lie under the banner.
  #watchBanner() {
    const node = this.#outlet.querySelector(".patient-banner");
    this.#sizes = new ResizeObserver(() => {
      const isFixed = getComputedStyle(node).position === "sticky";
      document.documentElement.style.setProperty("--sticky-height",
        `${isFixed ? node.offsetHeight : 0}px`);
    });
    this.#sizes.observe(node);
  }
}

function partsMissing({ truncated }) {
  if (!truncated?.length) return [];
  return [element`<p class="message warn">This chart is longer than one page may hold. The oldest
    entries of these kinds are left out here: ${truncated.join(", ")}.</p>`];
}
