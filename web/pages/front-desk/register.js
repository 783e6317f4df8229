// web/pages/front-desk/register.js - registering a patient in five steps, each of which is kept.
import { conflictNote } from "../../elements/conflict-note.js";
import { showErrors } from "../../elements/error-summary.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, put, remove } from "../../lib/api.js";
import { formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { go } from "../../lib/router.js";
import { may } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { FormView } from "./form-view.js";
import { factsOf, loadChoices, similarList, tribeList } from "./parts.js";
import { steps as allSteps } from "./steps.js";
import { dropUnsaved, keepUnsaved, unsavedOf } from "./unsaved.js";
import { compared } from "./words.js";

await addStyle("./front-desk.css", import.meta.url);

const lookPauseMs = 300;
const stopPointsMin = 55;
const mySteps = () => allSteps.filter(({ needs }) => !needs || may(needs));

/** Opens the list of what was begun, or one registration at a step. */
export function open(outlet, parts) {
  const page = element`<div class="page front-desk"></div>`;
  outlet.replaceChildren(page);
  let view = null;
  let turn = 0;
  const show = async ({ draft, step }) => {
    const mine = ++turn;
    view?.close();
    view = null;
    page.replaceChildren(loadingNote("the registration"));
    try {
      if (draft === "new") {
        await begin();
        return;
      }
      const [from, data] = await Promise.all(
        draft ? [loadChoices(), get(`/registrations/${draft}`)] : [null, get("/registrations")]);
      if (mine !== turn) return;
      if (draft) view = new Registration(page, from, data, step);
      else showOverview(page, data.items);
    } catch (error) {
      if (mine === turn) page.replaceChildren(failedNote(error, () => show({ draft, step })));
    }
  };
  show(parts);
  return {
    change(next) {
      show(next);
      return true;
    },
    close: () => view?.close(),
  };
}

async function begin() {
  // One that was begun and never written into is as good as another one.
  const blank = (await get("/registrations")).items.find(({ steps }) => steps.length === 0);
  const made = blank ?? await post("/registrations", {}, { retryKey: crypto.randomUUID() });
  await go(`/register/${made.id}/identity`, { isReplacing: true });
}

// Overview

function showOverview(page, all) {
  const items = all.filter(({ steps }) => steps.length > 0);
  const title = element`<div class="page-head"><h1 tabindex="-1">Register a patient</h1>
    <p>Every step is kept on the box as soon as it is saved. You can stop at any time and go on later,
      on any computer of the clinic.</p></div>`;
  const start = element`<p class="buttons"><a class="button first" href="/register/new"
    id="register-new">Register a new patient</a></p>`;
  const list = items.length === 0 ? emptyNote("You have begun no registration.")
    : element`<ul class="drafts">${items.map((item) => html`<li>
      <a href="/register/${item.id}/${nextStep(item.steps)}"><bdi>${item.name || "Name not written yet"}</bdi></a>
      <span class="quiet">${formatRecent(item.changedAt)}, ${item.steps.length} of 4 steps</span>
      <button type="button" class="link-button" aria-label="Remove the registration of ${item.name || "nobody yet"}"
        @click=${(event) => drop(item, event.target.closest("li"))}>Remove</button></li>`)}</ul>`;
  page.replaceChildren(title, start, element`<section class="card"><h2>Not finished yet</h2>
    <div class="card-body">${list}</div></section>`, unknownForm());
  document.getElementById("register-new").focus();
}

const nextStep = (done) => mySteps().find(({ key }) => !done.includes(key))?.key ?? "check";

async function drop(item, row) {
  try {
    await remove(`/registrations/${item.id}`);
    row.remove();
    document.getElementById("register-new")?.focus();
  } catch (error) {
    row.append(failedNote(error));
  }
}

function unknownForm() {
  const errors = element`<div class="errors"></div>`;
  const retryKey = crypto.randomUUID();
  const save = async (event) => {
    event.preventDefault();
    const value = (name) => event.target.querySelector(name).value.trim();
    try {
      const made = await post("/patients/temporary",
        { sex: value("#unknown-sex") || null, ageYears: value("#unknown-age") || null }, { retryKey });
      await go(`/people/${made.id}`);
    } catch (error) {
      const details = error.details?.length ? error.details : [{ message: error.message }];
      showErrors(errors, "Nobody was registered", details.map(({ location, message }) => (
        { id: location === "ageYears" ? "unknown-age" : undefined, message })));
    }
  };
  return element`<section class="card"><h2>Somebody whose name nobody knows</h2>
    <form class="card-body" novalidate @submit=${save}>${errors}
      <p class="quiet">The chart can be used at once, under a temporary number. Write the name as soon as
        it is known, or merge the record into the one that was there before.</p>
      <div class="fields"><div class="field"><label for="unknown-sex">Sex</label>
        <select class="input" id="unknown-sex"><option value="unknown">Not known</option>
          <option value="female">Female</option><option value="male">Male</option></select></div>
      <div class="field"><label for="unknown-age">Age in years, as it seems</label>
        <input class="input" id="unknown-age" inputmode="numeric" maxlength="3" autocomplete="off"></div>
      </div><p class="buttons"><button type="submit" class="button">Open a temporary chart</button></p>
    </form></section>`;
}

// One registration

class Registration {
  #page; #from; #data; #step; #form = null; #similar = null; #timer = null;

  constructor(page, from, data, key) {
    this.#page = page;
    this.#from = from;
    this.#data = data;
    this.#step = mySteps().find((step) => step.key === key) ?? null;
    this.errors = element`<div class="errors"></div>`;
    this.body = element`<div class="step-body"></div>`;
    page.replaceChildren(tribeList(from), this.#head(), this.errors, this.body);
    if (this.#step) this.#showForm(unsavedOf(data.id, key));
    else this.#showCheck();
  }

  close() {
    clearTimeout(this.#timer);
  }

  #head() {
    const all = [...mySteps(), { key: "check", title: "Check and finish" }];
    const now = this.#step?.key ?? "check";
    return element`<div class="step-head"><h1 tabindex="-1">Register a patient</h1>
      <nav aria-label="Steps"><ol class="steps">${all.map(({ key, title }, index) => html`<li>
        <a href="/register/${this.#data.id}/${key}" aria-current="${key === now ? "step" : null}">
          <span class="step-number">${index + 1}</span> ${title}
          ${this.#data.steps[key] ? html`<span class="seen-by-readers-only">saved</span>
            <span aria-hidden="true">✓</span>` : null}</a></li>`)}</ol></nav></div>`;
  }

  #showForm(kept) {
    const step = this.#step;
    this.#form = new FormView(step, kept ?? this.#data.steps[step.key], this.#from);
    const note = kept ? element`<p class="message warn" role="status">This was typed before and not
      saved yet. Look over it, then save.</p>` : null;
    this.similar = element`<div class="similar-place" role="status"></div>`;
    const form = element`<form class="card" novalidate autocomplete="off"><h2>${step.title}</h2>
      <div class="card-body">${note}${this.#form.node}${this.similar}
      <p class="buttons"><button type="submit" class="button first">Save and go on</button>
        <a class="button" href="/register">Stop here</a></p></div></form>`;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    form.addEventListener("input", () => {
      keepUnsaved(this.#data.id, step.key, this.#form.typed());
    });
    if (step.key === "identity") {
      form.addEventListener("change", () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#look(), lookPauseMs);
      });
    }
    this.body.replaceChildren(form);
    this.#form.focus();
  }

  // Who may be meant, while the name is still being typed; never in the way.
  async #look() {
    const values = this.#form.typed();
    const name = values.names?.[0];
    if (!name) return;
    try {
      const { items } = await post("/patients/similar", { family: name.family ?? "",
        given: name.given ?? "", sex: values.sex ?? "",
        birthDate: /^\d{4}-\d{2}-\d{2}$/.test(values.birthDate ?? "") ? values.birthDate : "" });
      const near = items.filter(({ points }) => points >= stopPointsMin).slice(0, 5);
      this.similar.replaceChildren(near.length === 0 ? "" : html`<div class="message warn">
        <h3>Is it one of these?</h3>${similarList(near)}</div>`);
    } catch {
      // The same is asked once more before the patient is made.
      this.similar.replaceChildren();
    }
  }

  async #save() {
    const button = this.body.querySelector("[type=submit]");
    if (button.getAttribute("aria-disabled") === "true") return;
    const { values, problems } = this.#form.read();
    if (problems.length) {
      showErrors(this.errors, "Nothing was saved", problems);
      return;
    }
    this.errors.replaceChildren();
    button.setAttribute("aria-disabled", "true");
    const { key } = this.#step;
    try {
      await put(`/registrations/${this.#data.id}/${key}`, values, { ifMatch: this.#data.version });
      dropUnsaved(this.#data.id, key);
      const at = mySteps().indexOf(this.#step);
      await go(`/register/${this.#data.id}/${mySteps()[at + 1]?.key ?? "check"}`);
    } catch (error) {
      if (error.status === 412) await this.#conflict(values);
      else this.#form.showRefusal(this.errors, "Nothing was saved", error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  async #conflict(values) {
    const now = await get(`/registrations/${this.#data.id}`);
    const note = conflictNote({
      rows: compared(this.#step, values, now.steps[this.#step.key], this.#from),
      saveMine: () => {
        this.#data = now;
        this.#save();
      },
      takeTheirs: () => {
        dropUnsaved(now.id, this.#step.key);
        this.#data = now;
        this.errors.replaceChildren();
        this.#showForm();
      },
    });
    this.errors.replaceChildren(note);
    note.focus();
  }

  async #showCheck() {
    const { id, steps } = this.#data;
    const cards = mySteps().map((step) => element`<section class="card"><header><h2>${step.title}</h2>
      <a href="/register/${id}/${step.key}">Change</a></header><div class="card-body">
      ${factsOf(step, steps[step.key], this.#from)}</div></section>`);
    this.similar = element`<div class="similar-place"></div>`;
    const finish = element`<button type="button" class="button first" id="finish"
      @click=${() => this.#finish()}>Register this patient</button>`;
    this.body.replaceChildren(...cards, this.similar, element`<p class="buttons">${finish}
      <a class="button" href="/register">Stop here</a></p>`);
    await this.#showSimilar();
    finish.focus();
  }

  async #showSimilar() {
    try {
      const { items } = await get(`/registrations/${this.#data.id}/similar`);
      this.#similar = items.filter(({ points }) => points >= stopPointsMin);
    } catch (error) {
      this.similar.replaceChildren(failedNote(error, () => this.#showSimilar()));
      return;
    }
    this.similar.replaceChildren(this.#similar.length === 0
      ? html`<p class="message good" role="status">Nobody on this box looks like the same person.</p>`
      : html`<section class="message warn"><h2>These may be the same person</h2>
        <p>Open each of them and compare. If one is the same person, stop here and use that record.</p>
        ${similarList(this.#similar, (item) => html`<label class="switch"><input type="checkbox"
          value="${item.id}"> Somebody else</label>`)}</section>`);
  }

  async #finish() {
    const button = this.body.querySelector("#finish");
    if (button.getAttribute("aria-disabled") === "true") return;
    const boxes = [...this.similar.querySelectorAll("input")];
    const open = boxes.filter(({ checked }) => !checked);
    if (open.length) {
      open[0].id ||= "similar-first";
      showErrors(this.errors, "Not registered yet", [{ id: open[0].id,
        message: "Say of each patient on the list that this is somebody else." }]);
      return;
    }
    this.errors.replaceChildren();
    button.setAttribute("aria-disabled", "true");
    try {
      const made = await post(`/registrations/${this.#data.id}/finish`, {
        version: String(this.#data.version), differentFrom: boxes.map(({ value }) => value) });
      await go(`/people/${made.id}/done`);
    } catch (error) {
      if (error.details?.[0]?.location === "differentFrom") await this.#showSimilar();
      const details = error.details?.length ? error.details : [{ message: error.message }];
      showErrors(this.errors, "Not registered yet", details.map(({ message }) => ({ message })));
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }
}
