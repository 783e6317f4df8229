// web/elements/emergency-dialog.js - asks why a chart has to be opened, and opens it.
import { markField, showErrors } from "./error-summary.js";
import { post } from "../lib/api.js";
import { element, html } from "../lib/html.js";
import { addStyle } from "../lib/styles.js";
import { categories, parts } from "./emergency-words.js";

await addStyle("./emergency.css", import.meta.url);

const reasonCharactersMin = 10;

/** Asks for a reason; `opened` is called once the chart is open. */
export function openEmergencyDialog({ patientId, name }, opened) {
  const dialog = element`<dialog class="emergency-dialog" aria-labelledby="emergency-title">
    <form class="dialog-body" novalidate>
      <h2 id="emergency-title">Open ${name ? html`<bdi>${name}</bdi>` : "this chart"} in an emergency</h2>
      <p class="message warn">You will be able to read, not to change. The privacy officer is told
        now, everything you look at is marked, and somebody else reviews it afterwards.</p>
      <div class="errors"></div>
      <fieldset class="field" id="e-category"><legend class="field-label">What kind of emergency?</legend>
        ${categories.map(([value, words], index) => html`<label class="switch"><input type="radio"
          name="category" value="${value}" ?checked=${index === 0}> ${words}</label>`)}</fieldset>
      <fieldset class="field" id="e-parts"><legend class="field-label">Which parts do you need?</legend>
        ${parts.map(([value, words], index) => html`<label class="switch"><input type="checkbox"
          name="part" value="${value}" ?checked=${index === 0}> ${words}</label>`)}</fieldset>
      <div class="field"><label for="e-reason">Reason</label>
        <p class="hint" id="e-reason-hint">At least ${reasonCharactersMin} characters. Whoever reviews
          this reads it.</p>
        <textarea class="input" id="e-reason" rows="3" maxlength="1000"
          aria-describedby="e-reason-hint"></textarea></div>
      <div class="field"><label for="e-minutes">For how long</label>
        <select class="input" id="e-minutes"><option value="30">30 minutes</option>
          <option value="60" selected>1 hour</option><option value="120">2 hours</option>
          <option value="240">4 hours, the longest</option></select>
        <p class="hint">It cannot be made longer. When it is over, ask again.</p></div>
      <div class="dialog-actions"><button type="button" class="button" data-cancel>Cancel</button>
        <button type="submit" class="button danger">Open the chart</button></div>
    </form></dialog>`;
  const form = dialog.querySelector("form");
  const before = document.activeElement;
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, patientId, () => {
      dialog.close();
      opened();
    });
  });
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
  dialog.querySelector("#e-reason").focus();
  return dialog;
}

async function send(form, patientId, done) {
  const data = new FormData(form);
  const reason = form.querySelector("#e-reason");
  const errors = form.querySelector(".errors");
  const button = form.querySelector("[type=submit]");
  const problems = [];
  if (reason.value.trim().length < reasonCharactersMin) {
    problems.push({ id: reason.id, message: `Write a reason of at least ${reasonCharactersMin} characters.` });
  }
  if (data.getAll("part").length === 0) {
    problems.push({ message: "Choose at least one part of the chart." });
  }
  markField(reason, problems.find(({ id }) => id === reason.id)?.message ?? null);
  if (problems.length) {
    showErrors(errors, "The chart is not open", problems);
    return;
  }
  button.disabled = true;
  try {
    await post("/emergencies", {
      patientId, category: data.get("category"), compartments: data.getAll("part"),
      reason: reason.value, minutes: Number(form.querySelector("#e-minutes").value),
    });
    done();
  } catch (error) {
    button.disabled = false;
    showErrors(errors, "The chart is not open", [{ message: error.message }]);
  }
}
