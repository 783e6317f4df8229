// web/pages/admin/purge.js - destroying a record with its history.
import { adminFrame } from "../../elements/admin-nav.js";
import { markField, showErrors } from "../../elements/error-summary.js";
import { loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { count, formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { nameProblem, reasonProblem } from "./purge-words.js";

/** Opens the page. */
export function open(outlet) {
  const intro = html`For a record that must not exist at all, such as one that was entered into the
    wrong box. An error in a chart is corrected or marked instead, and stays readable.
    <a href="/help/purge">More about it</a>`;
  const body = element`<div class="card-body"><div class="errors"></div></div>`;
  const found = element`<div aria-live="polite"></div>`;
  body.append(finder(body, found), found);
  outlet.replaceChildren(adminFrame({ path: "/admin/purge", title: "Destroy a record", intro },
    element`<section class="card" aria-label="The record">${body}</section>`));
  return {};
}

function finder(body, found) {
  const form = element`<form class="form-stack" novalidate><div class="field">
      <label for="record">Type and id of the record</label>
      <input class="input" id="record" name="record" autocomplete="off" spellcheck="false"
        aria-describedby="record-hint">
      <p class="hint" id="record-hint">Such as Observation/5, as it stands in the address of the
        record. With Patient/ and an id the whole chart goes.</p></div>
    <p><button type="submit" class="button">Show what would go</button></p></form>`;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = form.querySelector("#record");
    const name = input.value.trim();
    const problem = nameProblem(name);
    markField(input, problem);
    body.querySelector(".errors").replaceChildren();
    found.replaceChildren();
    if (problem) {
      input.focus();
      return;
    }
    found.replaceChildren(loadingNote("the record"));
    try {
      show(body, found, await get(`/purge/${name}`));
    } catch (error) {
      found.replaceChildren();
      showErrors(body.querySelector(".errors"), "Nothing was found",
        [{ id: "record", message: error.message }]);
    }
  });
  return form;
}

function show(body, found, report) {
  const name = `${report.type}/${report.id}`;
  const rows = report.items.map((item) => html`<tr><td>${item.type}/${item.id}</td>
    <td>${item.versions}</td><td>${formatDateTime(item.firstAt)}</td>
    <td>${formatDateTime(item.lastAt)}</td><td>${item.isDeleted ? "deleted" : "in use"}</td></tr>`);
  const hidden = report.records - report.items.length;
  found.replaceChildren(element`<div><h2>What would go</h2>
    <p>${count(report.records, "record")} in ${count(report.versions, "version")}${report.isChart
      ? ": the patient and everything in the chart" : ""}, and all that they are found by.</p>
    <div class="table-frame" tabindex="0" role="region" aria-label="What would go"><table class="table">
      <thead><tr><th scope="col">Record</th><th scope="col">Versions</th><th scope="col">First
        written</th><th scope="col">Last written</th><th scope="col">State</th></tr></thead>
      <tbody>${rows}</tbody></table></div>
    ${hidden > 0 ? html`<p>And ${hidden} more.</p>` : null}</div>`, act(body, found, name));
}

function act(body, found, name) {
  const form = element`<form class="form-stack" novalidate><p class="message warn">
      <strong>Nobody can bring it back.</strong> <span>Only a backup from before still holds it.</span></p>
    <div class="field"><label for="reason">Why it must go</label>
      <textarea class="input" id="reason" name="reason" rows="3" maxlength="500"
        aria-describedby="reason-hint"></textarea>
      <p class="hint" id="reason-hint">Stays in the audit log for good. No names.</p></div>
    <div class="field"><label for="confirm">Type ${name} to confirm</label>
      <input class="input" id="confirm" name="confirm" autocomplete="off" spellcheck="false"></div>
    <p><button type="submit" class="button danger">Destroy it</button></p></form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = form.querySelector("#reason");
    const confirm = form.querySelector("#confirm");
    const problems = [
      { input: reason, message: reasonProblem(reason.value) },
      { input: confirm,
        message: confirm.value.trim() === name ? null : `Type ${name} as it stands here.` },
    ];
    problems.forEach(({ input, message }) => markField(input, message));
    const wrong = problems.filter(({ message }) => message);
    if (wrong.length) {
      showErrors(body.querySelector(".errors"), "Nothing was destroyed",
        wrong.map(({ input, message }) => ({ id: input.id, message })));
      return;
    }
    send(body, found, name, reason.value.trim(), form.querySelector("[type=submit]"));
  });
  return form;
}

async function send(body, found, name, reason, button) {
  const [type, id] = name.split("/");
  button.disabled = true;
  try {
    const done = await post("/purge", { type, id, reason, confirm: name });
    body.querySelector(".errors").replaceChildren();
    body.querySelector("#record").value = "";
    const note = element`<p class="message good" role="status" tabindex="-1">${name} is gone:
      ${count(done.records, "record")} in ${count(done.versions, "version")}.</p>`;
    found.replaceChildren(note);
    note.focus();
  } catch (error) {
    button.disabled = false;
    const at = error.details.find(({ location }) => location)?.location;
    showErrors(body.querySelector(".errors"), "Nothing was destroyed",
      [{ id: ["reason", "confirm"].includes(at) ? at : null, message: error.message }]);
  }
}
