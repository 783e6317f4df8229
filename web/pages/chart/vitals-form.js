// web/pages/chart/vitals-form.js - a strip of vital signs, typed in the order of measuring.
import { markField, showErrors } from "../../elements/error-summary.js";
import { resultFlag } from "../../elements/result-flag.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { formatDate, formatUnit } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { patiently } from "../../lib/patience.js";
import { readSettings, writeSettings } from "../../lib/state.js";
import { judge, localTime, newestOf, readMeasure, unitOf } from "./measures.js";

const headMonthsMax = 36;
const daysPerMonth = 30.4;
const seriesOf = {
  "heart-rate": "8867-4", "respiratory-rate": "9279-1", temperature: "8310-5",
  "oxygen-saturation": "59408-5", weight: "29463-7", height: "8302-2",
  "head-circumference": "9843-4", pain: "72514-3",
};
const unitsOf = {
  us: { temperature: "[degF]", weight: "[lb_av]", height: "[in_i]", "head-circumference": "[in_i]" },
  metric: { temperature: "Cel", weight: "kg", height: "cm", "head-circumference": "cm" },
};
const positions = [["", "Not said"], ["sitting", "Sitting"], ["standing", "Standing"], ["lying", "Lying"]];

/** Returns the form; `onSaved(items)` is called once the box has kept everything. */
export function vitalsForm(chart, { onSaved, backHref }) {
  const place = element`<section class="card vitals-form"><header><h2 tabindex="-1">Record vitals</h2>
    <a href="${backHref}">Back to the trends</a></header></section>`;
  const body = element`<div class="card-body"></div>`;
  place.append(body);
  const load = async () => {
    body.replaceChildren(loadingNote("the limits for this patient"));
    try {
      const rules = await get(`/vitals/${encodeURIComponent(chart.patient.id)}/rules`);
      const form = new VitalsStrip(chart, rules, onSaved);
      body.replaceChildren(form.node);
      form.focus();
    } catch (error) {
      body.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return place;
}

const positionChoice = (end, label = null) => element`<select class="input" id="v-position${end}"
  aria-label="${label}">${positions.map(([value, words]) =>
    html`<option value="${value}">${words}</option>`)}</select>`;

class VitalsStrip {
  #chart; #rules; #onSaved; #fields = []; #pressures = 0;
  // One key for one set of measures: a retry after a lost answer saves nothing twice.
  #retryKey = crypto.randomUUID();

  constructor(chart, rules, onSaved) {
    Object.assign(this, { errors: element`<div class="errors"></div>` });
    this.#chart = chart;
    this.#rules = rules;
    this.#onSaved = onSaved;
    this.rows = element`<div class="vitals-rows"></div>`;
    this.more = element`<div class="vitals-rows"></div>`;
    const system = readSettings().units === "metric" ? "metric" : "us";
    this.node = element`<form novalidate autocomplete="off">${this.errors}${this.rows}${this.more}
      <p class="buttons"><button type="submit" class="button first">Save</button>
        <button type="button" class="button" @click=${() => this.#addPressure().focus()}>
          Add another blood pressure</button></p>
      <details class="vitals-more"><summary>Time, position and units</summary><div class="form-grid">
        <div class="field"><label for="v-position">Position for the blood pressure</label>
          ${positionChoice("")}</div>
        <div class="field"><label for="v-time">Measured at</label>
          <input class="input" id="v-time" type="datetime-local"></div>
        <div class="field"><label for="v-units">Units, where none is typed</label>
          <select class="input" id="v-units" @change=${(event) => this.#changeUnits(event.target.value)}>
            <option value="us" ?selected=${system === "us"}>°F, lb, in</option>
            <option value="metric" ?selected=${system === "metric"}>°C, kg, cm</option></select></div>
      </div></details></form>`;
    this.#addPressure();
    const age = rules.ageDays ?? Infinity;
    for (const kind of rules.kinds) {
      if (["systolic", "diastolic", "body-mass-index"].includes(kind.key)) continue;
      if (kind.key === "head-circumference" && age > headMonthsMax * daysPerMonth) continue;
      this.rows.append(this.#row(kind.label, [this.#field(kind, kind.key)], this.#lastOf(kind.key)));
    }
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.#changeUnits(system);
  }

  focus() {
    this.rows.querySelector("input").focus();
  }

  #kind(key) {
    return this.#rules.kinds.find((kind) => kind.key === key);
  }

  #addPressure() {
    this.#pressures += 1;
    const [number, end] = [this.#pressures, this.#pressures > 1 ? `-${this.#pressures}` : ""];
    const upper = this.#field(this.#kind("systolic"), `systolic${end}`);
    const lower = this.#field(this.#kind("diastolic"), `diastolic${end}`);
    // 120/80 is typed in one go.
    upper.input.addEventListener("keydown", (event) => {
      if (event.key !== "/") return;
      event.preventDefault();
      lower.input.focus();
    });
    // The position of the first one is asked at the end, where it does not stand in the way.
    const position = number === 1 ? null : positionChoice(end, `Position for blood pressure ${number}`);
    const label = number === 1 ? "Blood pressure" : `Blood pressure ${number}`;
    const row = this.#row(label, [upper, lower], number === 1 ? this.#lastOf("pressure") : null, position);
    (number === 1 ? this.rows : this.more).append(row);
    if (number === 4) this.node.querySelector("button:not([type=submit])").hidden = true;
    return upper.input;
  }

  #row(label, fields, last, extra = null) {
    return element`<div class="vitals-row" role="group" aria-label="${label}">
      <span class="vitals-name" aria-hidden="true">${label}</span>
      <span class="vitals-inputs">${fields.map((field, index) => html`${index > 0
        ? html`<span aria-hidden="true">/</span>` : null}${field.input}`)}
        <span class="quiet vitals-unit">${fields[0].shown}</span>${extra}</span>
      <span class="vitals-notes">${fields.map(({ note }) => note)}${last}</span></div>`;
  }

  #field(kind, key) {
    const field = { kind, key, shown: element`<span></span>`,
      note: element`<span class="vitals-note" aria-live="polite"></span>`,
      input: element`<input class="input" id="v-${key}" inputmode="decimal" maxlength="16"
        aria-label="${kind.label}">` };
    field.shown.textContent = kind.units[0].shown;
    field.input.addEventListener("change", () => this.#look(field));
    this.#fields.push(field);
    return field;
  }

  #changeUnits(system) {
    writeSettings({ units: system });
    for (const field of this.#fields) {
      field.unit = unitsOf[system][field.kind.key] ?? field.kind.units[0].code;
      field.shown.textContent = unitOf(field.kind, field.unit).shown;
      this.#look(field);
    }
  }

  // What was typed, with its unit; shows at the field how it stands to the limits.
  #look(field) {
    markField(field.input, null);
    const read = readMeasure(field.input.value);
    const before = field.note.querySelector("input")?.checked ?? false;
    const isSame = field.judged === field.input.value;
    field.judged = field.input.value;
    field.note.replaceChildren();
    if (!read) return null;
    if (read.problem) {
      markField(field.input, read.problem);
      return { problem: read.problem };
    }
    const unit = field.kind.units.find(({ code }) => code === (read.unit ?? field.unit));
    if (!unit) {
      const problem = `${field.kind.label} is not measured in this unit.`;
      markField(field.input, problem);
      return { problem };
    }
    if (read.unit && read.unit !== field.unit) field.note.append(`${read.value} ${unit.shown} `);
    const found = judge(read.value, unit);
    if (found === "impossible") {
      const problem = `${field.kind.label}: nobody measures that. Check the number and the unit.`;
      markField(field.input, problem);
      return { problem };
    }
    if (found === "unlikely") {
      field.note.append(element`<label class="vitals-confirm"><input type="checkbox"
        id="v-${field.key}-sure" ?checked=${isSame && before}> Unusual at this age. It is right.</label>`);
    } else if (found) {
      field.note.append(resultFlag({ interpretation: found }));
    }
    return { value: read.value, unit: unit.code };
  }

  #lastOf(key) {
    const wanted = key === "pressure" ? "85354-9" : seriesOf[key];
    const series = this.#chart.vitals.find((one) => one.key.split("|")[0] === wanted);
    const newest = series && newestOf(series);
    if (!newest || newest.value == null) return null;
    const value = newest.value2 == null ? newest.value : `${newest.value}/${newest.value2}`;
    return element`<span class="quiet vitals-last">last ${value} ${formatUnit(series.unit)},
      ${formatDate(newest.at)}</span>`;
  }

  #read() {
    const problems = [];
    const values = new Map();
    const confirmed = [];
    for (const field of this.#fields) {
      const read = this.#look(field);
      if (read?.problem) problems.push({ id: field.input.id, message: read.problem });
      else if (read) values.set(field.key, read);
      const sure = field.note.querySelector("input");
      if (sure && !sure.checked) {
        problems.push({ id: sure.id, message: `${field.kind.label} is unusual. Confirm it, or correct it.` });
      } else if (sure) {
        confirmed.push(field.key);
      }
    }
    const pressures = [];
    for (let number = 1; number <= this.#pressures; number += 1) {
      const end = number > 1 ? `-${number}` : "";
      const [upper, lower] = [values.get(`systolic${end}`), values.get(`diastolic${end}`)];
      values.delete(`systolic${end}`);
      values.delete(`diastolic${end}`);
      if (!upper && !lower) continue;
      if (!upper || !lower) {
        problems.push({ id: `v-${upper ? "diastolic" : "systolic"}${end}`,
          message: "A blood pressure takes both numbers." });
        continue;
      }
      pressures.push({ systolic: upper.value, diastolic: lower.value,
        position: this.node.querySelector(`#v-position${end}`).value || null });
    }
    return { problems, pressures, confirmed,
      values: [...values].map(([kind, { value, unit }]) => ({ kind, value, unit })) };
  }

  async #save() {
    const button = this.node.querySelector("[type=submit]");
    if (button.getAttribute("aria-disabled") === "true") return;
    const { problems, pressures, values, confirmed } = this.#read();
    if (pressures.length + values.length === 0 && problems.length === 0) {
      problems.push({ id: "v-systolic", message: "Fill in at least one measure." });
    }
    if (problems.length) {
      showErrors(this.errors, "Nothing was saved", problems);
      return;
    }
    this.errors.replaceChildren();
    button.setAttribute("aria-disabled", "true");
    const time = this.node.querySelector("#v-time").value;
    // Said once: a retry sends the same words.
    this.takenAt ??= localTime(new Date());
    try {
      const body = {
        patientId: this.#chart.patient.id, takenAt: time ? localTime(new Date(time)) : this.takenAt,
        bloodPressures: pressures, values, confirmed,
      };
      const saved = await patiently(
        () => post("/observations/vitals", body, { retryKey: this.#retryKey }),
        { tell: (isWaiting) => this.#showWait(isWaiting) });
      this.#onSaved(saved.items);
    } catch (error) {
      // Refused, so nothing was kept under this key; what comes next is another request.
      if (error.status >= 400 && error.status < 500) [this.#retryKey, this.takenAt] = [crypto.randomUUID(), null];
      this.#showRefusal(error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  // The box is away for a moment; what was typed stays and may not be changed under way.
  #showWait(isWaiting) {
    for (const control of this.node.querySelectorAll("input, select")) control.disabled = isWaiting;
    this.errors.replaceChildren(...isWaiting ? [element`<p class="message info" role="status">The box
      restarts, or does not answer. What you typed stays and is saved by itself as soon as the box is
      back. Leave this page open.</p>`] : []);
  }

  #showRefusal(error) {
    const details = error.details?.length ? error.details : [{ message: error.message }];
    showErrors(this.errors, "Nothing was saved", details.map(({ location, message }) => {
      const input = location === "takenAt" ? this.node.querySelector("#v-time")
        : this.#fields.find(({ key }) => key === location)?.input;
      if (input) markField(input, message);
      input?.closest("details")?.setAttribute("open", "");
      return { id: input?.id, message };
    }));
  }
}
