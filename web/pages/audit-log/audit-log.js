// web/pages/audit-log/audit-log.js - who did what, and the proof that nothing was taken out.
import { icon } from "../../elements/icon.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, withQuery } from "../../lib/api.js";
import { count, formatClock, formatCode, formatDate, formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { addStyle } from "../../lib/styles.js";
import { actions, actorOf, outcomeOf, sentenceOf } from "./words.js";

await addStyle("./audit-log.css", import.meta.url);

const pageRows = 100;

/** Opens the page. */
export function open(outlet) {
  const page = new AuditPage();
  outlet.replaceChildren(page.node);
  page.load();
  return { close: () => page.stop() };
}

class AuditPage {
  #request = null; #filters = {}; #lastDay = null; #shown = 0; #parts;

  constructor() {
    this.node = element`<div class="page audit">
      <div class="page-head"><h1>Audit log</h1>
        <button type="button" class="button" data-verify>Verify the chain</button>
        <p>Every look at a chart and every change is here, newest first. Times are those of this
          computer's clock. Nobody can change or remove an entry without the check showing it.</p>
      </div>
      <div class="verify-place" aria-live="polite"></div>
      ${filterForm()}
      <p class="audit-count quiet" role="status"></p>
      <section class="card entries" aria-label="Entries"></section>
      <p class="audit-more"><button type="button" class="button" hidden>Show older entries</button></p>
    </div>`;
    const find = (selector) => this.node.querySelector(selector);
    this.#parts = {
      form: find("form"), count: find(".audit-count"), entries: find(".entries"),
      more: find(".audit-more button"), verify: find("[data-verify]"), place: find(".verify-place"),
    };
    this.#parts.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.load();
    });
    this.#parts.form.addEventListener("reset", () => setTimeout(() => this.load()));
    this.#parts.verify.addEventListener("click", () => this.#verify());
  }

  stop() {
    this.#request?.abort();
  }

  async load() {
    const data = new FormData(this.#parts.form);
    this.#filters = Object.fromEntries([...data].map(([key, value]) => [key, value.trim()]));
    this.#lastDay = null;
    this.#shown = 0;
    this.#parts.entries.replaceChildren(element`<div class="card-body">${loadingNote("entries")}</div>`);
    await this.#fetch(null);
  }

  async #fetch(before) {
    this.stop();
    this.#request = new AbortController();
    const { signal } = this.#request;
    const { entries, more } = this.#parts;
    const query = { ...this.#filters, to: dayEnd(this.#filters.to), from: dayStart(this.#filters.from) };
    try {
      const answer = await get(withQuery("/audit", { ...query, before, limit: pageRows }), { signal });
      if (signal.aborted) return;
      if (before === null) entries.replaceChildren();
      this.#append(answer);
      more.hidden = answer.nextBefore == null;
      more.onclick = () => this.#fetch(answer.nextBefore);
    } catch (error) {
      if (signal.aborted) return;
      more.hidden = true;
      entries.append(element`<div class="card-body">${failedNote(error, () => this.load())}</div>`);
    }
  }

  #append({ items, nextBefore }) {
    const { entries } = this.#parts;
    this.#shown += items.length;
    const shown = count(this.#shown, "entry", "entries");
    this.#parts.count.textContent = nextBefore == null ? shown : `The newest ${shown}`;
    if (items.length === 0 && !entries.firstChild) {
      entries.append(element`<div class="card-body">
        ${emptyNote("No entry fits. Take a filter away.")}</div>`);
      return;
    }
    for (const [day, some] of byDay(items)) {
      if (day !== this.#lastDay) entries.append(dayTable(day));
      this.#lastDay = day;
      [...entries.querySelectorAll("tbody")].at(-1).append(...some.map(entryRow));
    }
  }

  async #verify() {
    const { verify, place } = this.#parts;
    if (verify.getAttribute("aria-disabled") === "true") return;
    verify.setAttribute("aria-disabled", "true");
    place.replaceChildren(element`<div class="message verifying"><p>Checking every entry from the
      first to the last…</p><progress aria-label="Checking the chain"></progress></div>`);
    try {
      place.replaceChildren(verdict(await get("/audit/verify")));
    } catch (error) {
      place.replaceChildren(failedNote(error, () => this.#verify()));
    } finally {
      verify.removeAttribute("aria-disabled");
    }
  }
}

function filterForm() {
  const field = (name, label, input) => html`<div class="field"><label for="f-${name}">${label}</label>
    ${input}</div>`;
  return html`<form class="audit-filters" role="search" aria-label="Entries">
    ${field("user", "User name", html`<input class="input" id="f-user" name="user" spellcheck="false"
      autocapitalize="none" autocomplete="off">`)}
    ${field("action", "What", html`<select class="input" id="f-action" name="action">
      <option value="">Anything</option>${actions.map(([value, words]) =>
        html`<option value="${value}">${words}</option>`)}</select>`)}
    ${field("from", "From", html`<input class="input" id="f-from" name="from" type="date">`)}
    ${field("to", "To", html`<input class="input" id="f-to" name="to" type="date">`)}
    ${field("patient", "Patient id", html`<input class="input" id="f-patient" name="patient"
      spellcheck="false" autocomplete="off">`)}
    <div class="audit-buttons"><button type="submit" class="button first">Show</button>
      <button type="reset" class="button">Clear</button></div>
  </form>`;
}

const dayStart = (day) => (day ? new Date(`${day}T00:00:00`).toISOString() : "");
const dayEnd = (day) => (day ? new Date(`${day}T23:59:59.999`).toISOString() : "");

function byDay(items) {
  const days = new Map();
  for (const item of items) {
    const day = formatDate(item.at);
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return days;
}

function dayTable(day) {
  return html`<h2 class="audit-day">${day}</h2>
    <div class="table-frame" tabindex="0" role="region" aria-label="Entries of ${day}">
    <table class="table audit-table"><thead><tr><th scope="col">Time</th><th scope="col">Who and what</th>
      <th scope="col">Outcome</th><th scope="col">From</th>
      <th scope="col" class="number">Entry</th></tr></thead><tbody></tbody></table></div>`;
}

function entryRow(entry) {
  const { before, patient, after } = sentenceOf(entry);
  const { word, tone } = outcomeOf(entry);
  const name = patient === null ? null : entry.patientId
    ? html`<a href="/patients/${encodeURIComponent(entry.patientId)}"><bdi>${patient}</bdi></a>`
    : html`<bdi>${patient}</bdi>`;
  const roles = (entry.roles ?? []).map(formatRole).join(", ");
  return element`<tr><td class="digits nowrap">${formatClock(entry.at)}</td>
    <td><strong><bdi>${actorOf(entry)}</bdi></strong> ${before}${name}${after}
      <span class="audit-sub">${[entry.displayName ? entry.name : null, roles, entry.detail,
        entry.type && entry.id ? `${entry.type}/${entry.id}` : null].filter(Boolean).join(" · ")}</span></td>
    <td>${tone ? html`<span class="tag ${tone}">${word}</span>` : word}</td>
    <td class="digits">${entry.address ?? ""}</td>
    <td class="number quiet">${entry.seq}</td></tr>`;
}

const formatRole = (role) => formatCode(role.toLowerCase());

function verdict(answer) {
  const length = count(answer.entries, "entry", "entries");
  const anchor = answer.anchoredAt ? html`<p class="quiet">Last anchored outside the database at entry
    ${answer.anchoredSeq}, ${formatDateTime(answer.anchoredAt)}. Seal of the newest entry:
    <code>${(answer.headMac ?? "").slice(0, 16)}…</code></p>` : null;
  if (answer.status === "intact") {
    return element`<div class="message good" role="status"><h2>${icon("check")} The chain is intact</h2>
      <p>${length} checked in ${answer.seconds.toFixed(2)} s. None was changed, taken out or moved.</p>
      ${anchor}</div>`;
  }
  return element`<div class="message danger" role="alert"><h2>${icon("alert")} The chain is broken</h2>
    <p>The first bad entry is number ${answer.firstBad?.seq}: ${answer.firstBad?.reason}. ${length} were
      looked at. Entries before it can be trusted.</p>
    <p>Keep the box as it is, tell the privacy officer, and run <code>tribal-ehr audit verify</code> on
      the box.</p>${anchor}</div>`;
}
