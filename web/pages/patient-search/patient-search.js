// web/pages/patient-search/patient-search.js - finds a patient while the name is being typed.
import { changeNote } from "../../elements/change-note.js";
import { failedNote } from "../../elements/state-note.js";
import { post } from "../../lib/api.js";
import { count, formatCode, formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { matchParts } from "../../lib/match.js";
import { go } from "../../lib/router.js";
import { recentRows } from "../../lib/recent.js";
import { may } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("./patient-search.css", import.meta.url);

const typingPauseMs = 80;
const listMax = 50;

/** Opens the page. */
export function open(outlet) {
  const search = new PatientSearch();
  outlet.replaceChildren(search.node);
  outlet.querySelector("[data-search]").focus();
  return { close: () => search.close() };
}

class PatientSearch {
  #query = ""; #timer = null; #request = null; #parts; #shownQuery = null; #changes;

  constructor() {
    const page = element`<div class="page patient-search">
      <h1>Find a patient</h1>
      <div class="search-box">
        <label for="patient-search" class="seen-by-readers-only">Name, birth date or record number</label>
        <input class="input" id="patient-search" type="search" data-search autocomplete="off"
          autocapitalize="none" spellcheck="false" maxlength="200"
          aria-describedby="search-hint" aria-controls="search-results"
          placeholder="Name, birth date or record number">
        <p class="quiet" id="search-hint">Parts of names in any order, 25-Feb-1980 or 2/25/80, or the
          first digits of the record number.</p>
      </div>
      <p class="search-count" role="status" aria-live="polite"></p>
      <section id="search-results" aria-label="Patients"></section>
    </div>`;
    this.node = page;
    this.#parts = {
      input: page.querySelector("input"), count: page.querySelector(".search-count"),
      results: page.querySelector("section"),
    };
    this.#parts.input.addEventListener("input", () => this.#typed());
    page.addEventListener("keydown", (event) => this.#key(event));
    this.#changes = changeNote({
      text: "The patients have changed since you searched.",
      fits: ({ type }) => type === "Patient" && this.#shownQuery !== null,
      show: () => this.#typed(),
    });
    this.#parts.count.before(this.#changes.node);
    this.#showRecent();
  }

  /** Ends everything that is under way. */
  close() {
    this.stop();
    this.#changes.stop();
  }

  /** Ends every request that is under way. */
  stop() {
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  #typed() {
    this.stop();
    this.#query = this.#parts.input.value.trim();
    if (!this.#query) {
      this.#shownQuery = null;
      this.#parts.count.textContent = "";
      this.#showRecent();
      return;
    }
    this.#timer = setTimeout(() => this.#ask(this.#query), typingPauseMs);
  }

  async #ask(query) {
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.#parts.results.setAttribute("aria-busy", "true");
    try {
      const answer = await post("/patients/search", { q: query, limit: listMax }, { signal });
      if (signal.aborted || query !== this.#query) return;
      this.#showResults(query, answer);
    } catch (error) {
      if (signal.aborted || query !== this.#query) return;
      this.#shownQuery = null;
      this.#parts.count.textContent = "";
      this.#parts.results.replaceChildren(failedNote(error, () => this.#ask(query)));
    } finally {
      if (query === this.#query) this.#parts.results.removeAttribute("aria-busy");
    }
  }

  #showResults(query, { items, total, isTotalExact }) {
    this.#shownQuery = query;
    if (items.length === 0) {
      this.#parts.count.textContent = "No patient matches.";
      this.#parts.results.replaceChildren(html`<div class="no-match">
        <p>Check the spelling, or try fewer letters, the birth date or the record number.</p>
        ${may("patients.create") ? html`<p><a class="button" href="/register/new">Register a new
          patient</a></p>` : null}</div>`);
      return;
    }
    const many = isTotalExact === false ? `more than ${total} patients` : count(total, "patient");
    this.#parts.count.textContent = total > items.length
      ? `${many}. These are the first ${items.length}; type more to narrow them down.`
      : many;
    this.#parts.results.replaceChildren(list(items, query));
  }

  #showRecent() {
    const recent = recentRows();
    this.#parts.results.replaceChildren(recent.length === 0 ? "" : html`
      <h2 class="recent-title">Opened in this session</h2>${list(recent, "")}`);
  }

  #key(event) {
    const links = [...this.#parts.results.querySelectorAll("a.patient")];
    const at = links.indexOf(document.activeElement);
    const isInInput = document.activeElement === this.#parts.input;
    const isFresh = this.#shownQuery === this.#parts.input.value.trim() || !this.#query;
    if (event.key === "ArrowDown" && (isInInput || at >= 0)) {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)]?.focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (links[at - 1] ?? this.#parts.input).focus();
    } else if (event.key === "Home" && at >= 0) links[0].focus();
    else if (event.key === "End" && at >= 0) links.at(-1).focus();
    else if (event.key === "Enter" && isInInput && isFresh && this.#query) {
      event.preventDefault();
      // Only a single match opens at once: with several, the person chooses.
      if (links.length === 1) go(links[0].pathname);
      else links[0]?.focus();
    } else if (event.key === "Escape" && at >= 0) this.#parts.input.focus();
  }
}

function list(items, query) {
  return html`<div class="patient-head" aria-hidden="true"><span>Name</span><span>Born</span>
    <span>Sex</span><span>Record number</span><span>Town</span><span>Tribe</span></div>
    <ul class="patient-list">${items.map((item) => html`<li>${row(item, query)}</li>`)}</ul>`;
}

/** A patient whose chart is closed to this person: who it is, and the way in for emergencies. */
function closedRow(item, query) {
  const open = async () => {
    const { openEmergencyDialog } = await import("../../elements/emergency-dialog.js");
    openEmergencyDialog({ patientId: item.id, name: item.name },
      () => go(`/patients/${encodeURIComponent(item.id)}`));
  };
  return html`<div class="patient closed"><span class="p-name"><bdi>${marked(item.name, query)}</bdi></span>
    <span class="p-born"><span class="number">${formatDate(item.birthDate)}</span></span>
    <span class="p-closed">Not your patient${may("emergencies.open") ? html`
      <button type="button" class="button small" aria-label="Open the chart of ${item.name} with a reason"
        @click=${open}>Open with a reason…</button>` : null}</span></div>`;
}

function row(item, query) {
  if (item.isClosed) return closedRow(item, query);
  const age = item.ageYears == null || item.deceased ? null
    : html`<span class="quiet">${item.ageYears} y</span>`;
  const death = item.deceased ? html` <span class="tag">Deceased</span>` : null;
  const part = (name, content) => html`<span class="${name}">${content}</span>`;
  const merged = item.mergedInto ? html` <span class="tag warn">Merged: use the other record</span>` : null;
  // Who reads no charts reads who somebody is.
  const place = may("chart.read") && !item.mergedInto ? "patients" : "people";
  return html`<a class="patient" href="/${place}/${encodeURIComponent(item.id)}">
    ${part("p-name", html`<bdi>${marked(item.name, query)}</bdi>${death}${merged}`)}
    ${part("p-born", html`<span class="number">${formatDate(item.birthDate)}</span> ${age}`)}
    ${part("p-sex", formatCode(item.sex))}
    ${part("p-mrn", html`<span class="seen-by-readers-only">record number </span>
      <span class="number">${marked(item.mrn ?? "", query)}</span>`)}
    ${part("p-town", html`<bdi>${item.city ?? ""}</bdi>`)}
    ${part("p-tribe", html`<bdi>${item.tribe ?? ""}</bdi>`)}</a>`;
}

function marked(text, query) {
  return matchParts(text, query).map((piece) =>
    piece.isMatch ? html`<mark>${piece.text}</mark>` : piece.text);
}
