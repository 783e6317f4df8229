// web/pages/front-desk/merge.js - two records of one person: saying so, and taking it back.
import { showErrors } from "../../elements/error-summary.js";
import { failedNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { go } from "../../lib/router.js";
import { steps } from "./steps.js";
import { compared } from "./words.js";

/** Returns the form that merges a record into another one. */
export function mergeForm(person, from, backHref) {
  const errors = element`<div class="errors"></div>`;
  const found = element`<div class="merge-found"></div>`;
  const beside = element`<div class="merge-beside"></div>`;
  let other = null;
  const choose = async (id) => {
    try {
      other = await get(`/patients/${encodeURIComponent(id)}/registration`);
      beside.replaceChildren(sideBySide(person, other, from));
    } catch (error) {
      beside.replaceChildren(failedNote(error, () => choose(id)));
    }
  };
  const search = async (event) => {
    event.preventDefault();
    const q = form.querySelector("#merge-search").value.trim();
    if (!q) return;
    try {
      const { items } = await post("/patients/search", { q, limit: 10 });
      const others = items.filter(({ id, mergedInto, isClosed }) => id !== person.id && !mergedInto && !isClosed);
      found.replaceChildren(others.length === 0 ? html`<p class="quiet">Nobody else matches.</p>`
        : html`<fieldset class="group"><legend>The record to keep</legend>${others.map((item) => html`
          <label class="switch"><input type="radio" name="merge-into" value="${item.id}"
            @change=${() => choose(item.id)}> <bdi>${item.name}</bdi>
            <span class="number">${formatDate(item.birthDate)}</span>
            <span class="number">${item.mrn ?? ""}</span></label>`)}</fieldset>`);
      found.querySelector("input")?.focus();
    } catch (error) {
      found.replaceChildren(failedNote(error));
    }
  };
  const merge = async (event) => {
    event.preventDefault();
    const reason = form.querySelector("#merge-reason").value.trim();
    const problems = [];
    if (!other) problems.push({ id: "merge-search", message: "Find and choose the record to keep." });
    if (reason.length < 10) {
      problems.push({ id: "merge-reason", message: "Say in 10 letters or more how you know." });
    }
    if (problems.length) return showErrors(errors, "Nothing was merged", problems);
    try {
      const kept = await post(`/patients/${encodeURIComponent(person.id)}/merge`,
        { into: other.id, reason });
      return await go(`/people/${encodeURIComponent(kept.id)}`);
    } catch (error) {
      return showErrors(errors, "Nothing was merged", [{ message: error.message }]);
    }
  };
  const form = element`<section class="card"><h2>Merge this record into another one</h2>
    <div class="card-body">${errors}<p>From then on the other record is the one that is used, and this one
      leads to it. What stands in either chart stays where it is, and the merge can be taken back at any
      time.</p>
    <form class="fields" novalidate @submit=${search}><div class="field wide"><label for="merge-search">Find
      the record to keep</label><input class="input" id="merge-search" type="search" autocomplete="off"
      maxlength="200"></div><p class="buttons"><button type="submit" class="button">Find</button></p></form>
    ${found}${beside}
    <form novalidate @submit=${merge}><div class="field"><label for="merge-reason">How do you know that it is the
      same person?</label><input class="input" id="merge-reason" maxlength="500" autocomplete="off"></div>
      <p class="buttons"><button type="submit" class="button danger">Merge</button>
        <a class="button" href="${backHref}">Do not merge</a></p></form></div></section>`;
  return form;
}

function sideBySide(mine, theirs, from) {
  const rows = steps.slice(0, 3).flatMap((step) =>
    compared(step, mine.steps[step.key], theirs.steps[step.key], from));
  return element`<div class="table-frame"><table class="table"><thead><tr><th scope="col">What</th>
    <th scope="col">This record (${mine.mrn})</th><th scope="col">Record to keep (${theirs.mrn})</th></tr>
    </thead><tbody>${rows.map((row) => html`<tr><th scope="row">${row.label}</th>
      <td class="${row.mine === row.theirs ? "" : "differs"}"><bdi>${row.mine || "(empty)"}</bdi></td>
      <td class="${row.mine === row.theirs ? "" : "differs"}"><bdi>${row.theirs || "(empty)"}</bdi></td></tr>`)}
    </tbody></table></div>`;
}

/** Returns the form that takes a merge back; `onDone` is called once it is. */
export function unmergeForm(person, onDone) {
  const errors = element`<div class="errors"></div>`;
  const send = async (event) => {
    event.preventDefault();
    const reason = event.target.querySelector("input").value.trim();
    try {
      await post(`/patients/${encodeURIComponent(person.id)}/unmerge`, { reason });
      await onDone();
    } catch (error) {
      showErrors(errors, "The merge stands", [{ id: "unmerge-reason", message: error.message }]);
    }
  };
  return element`<form novalidate @submit=${send}>${errors}<div class="field"><label for="unmerge-reason">Why
    are these two people?</label><input class="input" id="unmerge-reason" maxlength="500"
    autocomplete="off"></div><p class="buttons"><button type="submit" class="button">Take the merge
    back</button></p></form>`;
}
