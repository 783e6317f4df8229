// web/pages/front-desk/person.js - who a patient is: to read, to change, to print, to merge.
import { conflictNote } from "../../elements/conflict-note.js";
import { showErrors } from "../../elements/error-summary.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, put } from "../../lib/api.js";
import { formatCode, formatDate, formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { noteOpened } from "../../lib/recent.js";
import { go } from "../../lib/router.js";
import { may, session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { FormView } from "./form-view.js";
import { mergeForm, unmergeForm } from "./merge.js";
import { factsOf, loadChoices, tribeList } from "./parts.js";
import { labelSheet } from "./labels.js";
import { steps } from "./steps.js";
import { dropUnsaved, keepUnsaved, unsavedOf } from "./unsaved.js";
import { compared, pairsOf } from "./words.js";

await addStyle("./front-desk.css", import.meta.url);

/** Opens a patient's registration; `part` is a step, `labels`, `merge` or `done`. */
export function open(outlet, parts) {
  const page = element`<div class="page front-desk"></div>`;
  outlet.replaceChildren(page);
  let turn = 0;
  const show = async ({ id, part }) => {
    const mine = ++turn;
    page.replaceChildren(loadingNote("the registration"));
    try {
      const [from, person] = await Promise.all([
        loadChoices(), get(`/patients/${encodeURIComponent(id)}/registration`)]);
      if (mine === turn) showPerson(page, from, person, part);
    } catch (error) {
      if (mine === turn) page.replaceChildren(failedNote(error, () => show({ id, part })));
    }
  };
  show(parts);
  return {
    change(next) {
      show(next);
      return true;
    },
  };
}

function showPerson(page, from, person, part) {
  const { id, name, birthDate, sex, mrn, deceased } = person;
  noteOpened({ id, name, birthDate, sex, mrn, deceased });
  new Person(page, from, person, part);
}

const pathOf = (person, part = "") => `/people/${encodeURIComponent(person.id)}${part && `/${part}`}`;

class Person {
  #page; #from; #person;

  constructor(page, from, person, part) {
    this.#page = page;
    this.#from = from;
    this.#person = person;
    const step = steps.find(({ key }) => key === part);
    if (step && person.mayChange && !person.mergedInto) this.#edit(step);
    else if (part === "labels") page.replaceChildren(this.#banner(), labelSheet(person));
    else if (part === "merge" && person.mayChange) {
      page.replaceChildren(this.#banner(), mergeForm(person, from, pathOf(person)));
    } else this.#read(part);
  }

  #banner() {
    const { name, birthDate, sex, mrn, deceased, isTemporary } = this.#person;
    return element`<header class="person-banner"><h1 tabindex="-1"><bdi>${name}</bdi></h1>
      <p><span>Born <span class="number">${formatDate(birthDate) || "not known"}</span></span>
        <span>${formatCode(sex)}</span>
        <span>Record number <span class="number">${mrn ?? "none"}</span></span>
        ${deceased ? html`<span class="tag">Deceased</span>` : null}
        ${isTemporary ? html`<span class="tag warn">Temporary number</span>` : null}</p></header>`;
  }

  #read(part) {
    const person = this.#person;
    const isOpen = person.mayChange && !person.mergedInto;
    const done = part === "done" ? element`<p class="message good no-print" role="status" tabindex="-1">
      Registered. The record number is ${person.mrn}.</p>` : null;
    const acts = element`<p class="buttons no-print">
      ${may("chart.read") ? html`<a class="button" href="/patients/${encodeURIComponent(person.id)}">
        Open the chart</a>` : null}
      <button type="button" class="button" @click=${() => window.print()}>Print the face sheet</button>
      <a class="button" href="${pathOf(person, "labels")}">Labels</a>
      ${isOpen ? html`<a class="button" href="${pathOf(person, "merge")}">Merge…</a>` : null}
      ${may("patients.create") ? html`<a class="button" href="/register/new">Register another patient</a>`
    : null}</p>`;
    const cards = steps.filter(({ key }) => person.steps[key]).map((step) => {
      const mayChange = isOpen && (step.key !== "coverage" || person.mayChangeCoverage);
      return element`<section class="card"><header><h2>${step.title}</h2>
        ${mayChange ? html`<a class="no-print" href="${pathOf(person, step.key)}"
          aria-label="Change: ${step.title.toLowerCase()}">Change</a>` : null}</header>
        <div class="card-body">${factsOf(step, person.steps[step.key], this.#from)}
        ${step.key === "tribal" ? this.#history() : null}</div></section>`;
    });
    this.#page.replaceChildren(this.#sheetHead(), this.#banner(), ...[done].filter(Boolean),
      ...this.#merged(), acts, ...cards, ...this.#merges());
    done?.focus();
  }

  #sheetHead() {
    return element`<p class="sheet-head">${session.get().box?.clinicName ?? ""} · Face sheet ·
      printed ${formatDate(new Date().toISOString())} · confidential</p>`;
  }

  #history() {
    const { eligibilityHistory: decisions, communityHistory: homes } = this.#person;
    if (decisions.length < 2 && homes.length < 2) return null;
    const find = (list, key) => pairsOf(list, this.#from).find(([one]) => one === key)?.[1] ?? key;
    return html`<details class="history no-print"><summary>What was written before</summary>
      <ul>${decisions.map((one) => html`<li>${find("eligibility", one.status)}${one.since
        ? html`, since ${formatDate(one.since)}` : null}: ${one.reasons.map((key) =>
        find("eligibilityReason", key)).join(", ") || "no reason written"}
        <span class="quiet">${one.decidedBy}, ${formatDateTime(one.decidedAt)}</span></li>`)}
      ${homes.map((one) => html`<li>Lived in <bdi>${one.name}</bdi>${one.since
        ? html` since ${formatDate(one.since)}` : null}</li>`)}</ul></details>`;
  }

  #merged() {
    const { mergedInto, replaces } = this.#person;
    const notes = [];
    if (mergedInto) {
      notes.push(element`<section class="message warn no-print"><h2>This record is not used any more</h2>
        <p>It was merged. <a href="/people/${mergedInto}">Open the record that is used now</a>. What was
          written here stays here, and can be read.</p>
        ${this.#person.mayChange ? unmergeForm(this.#person, () => go(pathOf(this.#person))) : null}
      </section>`);
    }
    for (const id of replaces) {
      notes.push(element`<p class="message no-print">An older record of this person was merged into this
        one: <a href="/people/${id}">open the older record</a>.</p>`);
    }
    return notes;
  }

  #merges() {
    const { merges } = this.#person;
    if (merges.length === 0) return [];
    return [element`<section class="card no-print"><h2>Merges</h2><div class="card-body"><ul>${merges
      .map((one) => html`<li>${one.act === "merged" ? "Merged with" : "Taken apart from"}
        <a href="/people/${one.other}">another record</a>: <bdi>${one.reason}</bdi>
        <span class="quiet">${one.by}, ${formatDateTime(one.at)}</span></li>`)}</ul></div></section>`];
  }

  #edit(step, values = this.#person.steps[step.key]) {
    const kept = unsavedOf(this.#person.id, step.key);
    const view = new FormView(step, kept ?? values, this.#from);
    const errors = element`<div class="errors"></div>`;
    const form = element`<form class="card" novalidate autocomplete="off"><h2>${step.title}</h2>
      <div class="card-body">${kept ? html`<p class="message warn" role="status">This was typed before
        and not saved yet. Look over it, then save.</p>` : null}${view.node}<p class="buttons">
      <button type="submit" class="button first">Save</button>
      <a class="button" href="${pathOf(this.#person)}" @click=${() =>
    dropUnsaved(this.#person.id, step.key)}>Do not change</a></p></div></form>`;
    form.addEventListener("input", () => keepUnsaved(this.#person.id, step.key, view.typed()));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(step, view, errors, form.querySelector("[type=submit]"));
    });
    this.#page.replaceChildren(tribeList(this.#from), this.#banner(), errors, form);
    view.focus();
  }

  async #save(step, view, errors, button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    const { values, problems } = view.read();
    if (problems.length) {
      showErrors(errors, "Nothing was saved", problems);
      return;
    }
    errors.replaceChildren();
    button.setAttribute("aria-disabled", "true");
    const path = `/patients/${encodeURIComponent(this.#person.id)}/registration`;
    try {
      await put(`${path}/${step.key}`, values, { ifMatch: this.#person.version });
      dropUnsaved(this.#person.id, step.key);
      await go(pathOf(this.#person));
    } catch (error) {
      if (error.status !== 412) {
        view.showRefusal(errors, "Nothing was saved", error);
        return;
      }
      const now = await get(path);
      const note = conflictNote({
        rows: compared(step, values, now.steps[step.key], this.#from),
        saveMine: () => {
          this.#person = now;
          this.#save(step, view, errors, button);
        },
        takeTheirs: () => {
          dropUnsaved(now.id, step.key);
          this.#person = now;
          this.#edit(step);
        },
      });
      errors.replaceChildren(note);
      note.focus();
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }
}
