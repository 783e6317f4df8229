// web/pages/time-machine/time-machine.js - looks into a backup and brings single records back.
import { adminFrame } from "../../elements/admin-nav.js";
import { askFirst } from "../../elements/confirm-dialog.js";
import { showErrors } from "../../elements/error-summary.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("./time-machine.css", import.meta.url);

const lookMs = 1_000;
const longMs = 120_000;
const words = {
  changed: ["Changed since then", "warn"], missing: ["Not there any more", "danger"],
  added: ["New since then", "good"],
};

/** Opens the page. */
export function open(outlet) {
  const place = element`<div class="time-machine"></div>`;
  const intro = html`Looks into a backup as it was, compares a chart then and now, and copies single
    records back. Nothing in the backup is changed. <a href="/help/time-machine">More about it</a>`;
  outlet.replaceChildren(adminFrame({ path: "/admin/time-machine", title: "Time machine", intro }, place));
  const page = new TimeMachine(place);
  page.load();
  return { close: () => page.close() };
}

class TimeMachine {
  #place;
  #timer = null;

  constructor(place) {
    this.#place = place;
  }

  close() {
    clearTimeout(this.#timer);
  }

  async load() {
    clearTimeout(this.#timer);
    if (!this.#place.firstChild) this.#place.append(loadingNote("the backups"));
    try {
      this.#show(await get("/time-machine"));
    } catch (error) {
      this.#place.replaceChildren(failedNote(error, () => this.load()));
    }
  }

  #show(state) {
    if (state.stage === "opening") return this.#showOpening(state);
    if (state.stage === "open") return this.#showOpen(state);
    return this.#showList(state);
  }

  #showList({ backups, stage, message }) {
    const mayOpen = session.get().user?.roles.includes("SYSTEM_ADMIN");
    const errors = element`<div class="errors"></div>`;
    const rows = backups.map((one) => html`<tr>
      <th scope="row">${formatDateTime(one.at)}</th><td>${size(one.bytes)}</td>
      <td><button type="button" class="button small" ?disabled=${!mayOpen}
        aria-label="Look into the backup of ${formatDateTime(one.at)}"
        @click=${() => this.#open(one, errors)}>Look into it</button></td></tr>`);
    this.#place.replaceChildren(element`<section class="card" aria-label="Backups"><div class="card-body">
      ${errors}
      ${mayOpen ? null : html`<p class="message">Only a person with the role SYSTEM_ADMIN opens a
        backup.</p>`}
      ${backups.length === 0
        ? emptyNote("There is no backup on this box yet. Make one: tribal-ehr backup create")
        : html`<table class="table"><thead><tr><th scope="col">Made</th><th scope="col">Size</th>
            <th scope="col">Look into it</th></tr></thead>
            <tbody>${rows}</tbody></table>`}</div></section>`);
    if (stage === "failed") showErrors(errors, "The backup did not open", [{ message }]);
  }

  async #open(one, errors) {
    try {
      this.#show(await post("/time-machine/open", { backupId: one.backupId }, { waitMs: longMs }));
    } catch (error) {
      showErrors(errors, "The backup did not open", [{ message: error.message }]);
    }
  }

  #showOpening({ open: backup, percent }) {
    if (!this.#place.querySelector("progress")) {
      this.#place.replaceChildren(element`<section class="card" aria-label="Opening"><div class="card-body">
        <p role="status">Opening the backup of ${formatDateTime(backup.at)} and checking it…</p>
        <progress max="100" value="0" aria-label="How far it is"></progress></div></section>`);
    }
    this.#place.querySelector("progress").value = percent;
    this.#timer = setTimeout(() => this.load(), lookMs);
  }

  #showOpen({ open: backup }) {
    const results = element`<div class="results" aria-live="polite"></div>`;
    const chart = element`<div class="comparison"></div>`;
    const errors = element`<div class="errors"></div>`;
    const form = element`<form novalidate role="search"><div class="field">
      <label for="past-patient">Find a patient in the backup</label>
      <input class="input" id="past-patient" autocomplete="off" spellcheck="false"></div>
      <button type="submit" class="button first">Find</button></form>`;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#find(form, results, chart, errors);
    });
    this.#place.replaceChildren(element`<div class="time-machine">
      <p class="message warn" role="status"><strong>You look at the backup of
        ${formatDateTime(backup.at)}.</strong> <span>It closes by itself after an hour without use.</span>
        <button type="button" class="button small" @click=${() => this.#close(errors)}>Close the
          backup</button></p>
      ${errors}<section class="card" aria-label="Patients"><div class="card-body">${form}${results}</div>
      </section>${chart}</div>`);
    form.querySelector("input").focus();
  }

  async #close(errors) {
    try {
      this.#show(await post("/time-machine/close", {}, { waitMs: longMs }));
    } catch (error) {
      showErrors(errors, "The backup is still open", [{ message: error.message }]);
    }
  }

  async #find(form, results, chart, errors) {
    const q = form.querySelector("input").value.trim();
    if (!q) return;
    errors.replaceChildren();
    chart.replaceChildren();
    results.replaceChildren(loadingNote("patients"));
    try {
      const { items } = await post("/time-machine/patients", { q });
      results.replaceChildren(items.length === 0 ? emptyNote("Nobody in this backup fits.")
        : element`<ul class="people">${items.map((one) => html`<li>
            <button type="button" class="button" @click=${() => this.#compare(one, chart, errors)}>
              <bdi>${one.name}</bdi></button>
            <span class="quiet">${[one.birthDate, one.mrn].filter(Boolean).join(" · ")}</span></li>`)}</ul>`);
    } catch (error) {
      results.replaceChildren();
      this.#tell(errors, "Nobody was found", error);
    }
  }

  #tell(errors, title, error) {
    const message = error.status === 403 && !error.need
      ? `${error.message} Charts are shown to people whose role reads them.` : error.message;
    showErrors(errors, title, [{ message }]);
  }

  async #compare(person, chart, errors) {
    errors.replaceChildren();
    chart.replaceChildren(loadingNote("the chart then and now"));
    try {
      const answer = await get(`/time-machine/patients/${encodeURIComponent(person.id)}`,
        { waitMs: longMs });
      chart.replaceChildren(this.#comparison(person, answer, chart, errors));
      chart.querySelector("h2").focus();
    } catch (error) {
      chart.replaceChildren();
      this.#tell(errors, "The chart cannot be compared", error);
    }
  }

  #comparison(person, { differences, equal }, chart, errors) {
    const act = (one) => this.#copy(one, person, chart, errors);
    return element`<section class="card" aria-labelledby="comparison-title"><div class="card-body">
      <h2 id="comparison-title" tabindex="-1"><bdi>${person.name}</bdi>: then and now</h2>
      <p>${equal === 1 ? "1 record is" : `${equal} records are`} the same.
        ${differences.length === 0 ? "Nothing differs." : `${differences.length} differ.`}</p>
      ${differences.map((one) => difference(one, act))}</div></section>`;
  }

  async #copy(one, person, chart, errors) {
    const name = one.title || `${one.type} ${one.id}`;
    const isSure = await askFirst({
      title: "Copy this record back?", button: "Copy it back",
      text: `${one.type}: ${name}. It becomes the newest version; the present one stays in the history.`,
    });
    if (!isSure) return;
    try {
      await post("/time-machine/copy", { type: one.type, id: one.id }, { waitMs: longMs });
      await this.#compare(person, chart, errors);
    } catch (error) {
      this.#tell(errors, "The record was not copied", error);
      errors.scrollIntoView({ block: "center" });
    }
  }
}

function difference(one, copy) {
  const [label, tone] = words[one.change];
  const name = one.title || one.id;
  return html`<article class="difference"><header>
      <h3>${one.type}: <bdi>${name}</bdi></h3><span class="difference-state is-${tone}">${label}</span>
      ${one.change === "added" ? null : html`<button type="button" class="button small"
        aria-label="Copy back ${one.type} ${name}" @click=${() => copy(one)}>Copy it back</button>`}
    </header><details><summary>What differs (${one.parts.length})</summary>
      <table class="table"><thead><tr><th scope="col">Part</th><th scope="col">Then</th>
        <th scope="col">Now</th></tr></thead><tbody>${one.parts.map((part) => html`<tr>
          <th scope="row">${part.name}</th><td>${value(part.then)}</td><td>${value(part.now)}</td>
          </tr>`)}</tbody></table></details></article>`;
}

function value(part) {
  if (part === undefined) return html`<span class="quiet">nothing</span>`;
  if (typeof part !== "object" || part === null) return html`<bdi>${String(part)}</bdi>`;
  return html`<pre tabindex="0">${JSON.stringify(part, null, 1)}</pre>`;
}

function size(bytes) {
  return bytes < 1_048_576 ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${Math.round(bytes / 1_048_576)} MB`;
}
