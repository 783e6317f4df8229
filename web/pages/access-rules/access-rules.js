// web/pages/access-rules/access-rules.js - by which rule each role opens charts.
import { adminFrame } from "../../elements/admin-nav.js";
import { markField, showErrors } from "../../elements/error-summary.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, put } from "../../lib/api.js";
import { count, formatCode, formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("./access-rules.css", import.meta.url);

const roleWords = (role) => formatCode(role.toLowerCase());

/** Opens the page. */
export function open(outlet) {
  const place = element`<div class="access-rules"></div>`;
  outlet.replaceChildren(adminFrame({ path: "/access-rules", title: "Who may see which charts",
    intro: html`A role opens every chart of the clinic, or only the charts of patients with whom the
      person has to do. <a href="/help/who-may-see-what">How this works</a>` }, place));
  load(place);
  return {};
}

async function load(place) {
  if (!place.firstChild) place.replaceChildren(loadingNote("the rules"));
  try {
    const answer = await get("/access-rules");
    place.replaceChildren(rulesForm(answer, place), peopleCard(answer, place));
  } catch (error) {
    place.replaceChildren(failedNote(error, () => load(place)));
  }
}

const maySet = () => session.get().user?.roles.includes("SYSTEM_ADMIN") ?? false;

function rulesForm(answer, place) {
  const rows = answer.roles.map(({ role, rule, people }) => html`<tr>
    <th scope="row">${roleWords(role)} <span class="quiet">${count(people, "person", "people")}</span></th>
    <td><label class="switch"><input type="radio" name="${role}" value="clinic"
      ?checked=${rule === "clinic"} ?disabled=${!maySet()}> Every chart</label></td>
    <td><label class="switch"><input type="radio" name="${role}" value="relationship"
      ?checked=${rule === "relationship"} ?disabled=${!maySet()}> Own patients only</label></td></tr>`);
  const form = element`<form class="card" novalidate><header><h2>Rules</h2>
    ${answer.changedAt ? html`<span class="quiet">Changed ${formatDateTime(answer.changedAt)}</span>` : null}
    </header><div class="card-body"><div class="errors"></div>
    <div class="table-frame" tabindex="0" role="region" aria-label="Roles"><table class="table"><thead><tr>
      <th scope="col">Role</th>
      <th scope="col">Opens</th><th scope="col"><span class="seen-by-readers-only">or</span></th></tr></thead>
      <tbody>${rows}</tbody></table></div>
    <div class="field"><label for="visit-days">A visit or an appointment counts for so many days</label>
      <input class="input" id="visit-days" type="number" min="1" max="3650" ?disabled=${!maySet()}
        value="${answer.visitDays}"></div>
    ${maySet() ? html`<p><button type="submit" class="button first">Save the rules</button></p>`
      : html`<p class="quiet">A system administrator can change the rules.</p>`}</div></form>`;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const days = form.querySelector("#visit-days");
    const errors = form.querySelector(".errors");
    try {
      await put("/access-rules", {
        version: answer.version, visitDays: Number.parseInt(days.value, 10) || 0,
        rules: Object.fromEntries(answer.roles.map(({ role }) => [role, data.get(role)])),
      });
      document.getElementById("announcements").textContent = "The rules are saved.";
      await load(place);
    } catch (error) {
      const isDays = (error.details ?? []).some(({ location }) => location === "visitDays");
      markField(days, isDays ? error.message : null);
      showErrors(errors, "The rules are not saved",
        [{ id: isDays ? days.id : undefined, message: error.message }]);
    }
  });
  return form;
}

function peopleCard(answer, place) {
  const limited = new Set(answer.roles.filter(({ rule }) => rule === "relationship").map(({ role }) => role));
  const rows = answer.people.map((person) => {
    const input = element`<input class="input" id="link-${person.id}" spellcheck="false"
      autocomplete="off" aria-label="Practitioner record of ${person.displayName}"
      value="${person.practitionerId ?? ""}">`;
    const errors = element`<div></div>`;
    const isLost = !person.practitionerId && person.roles.some((role) => limited.has(role));
    const isOwn = person.id === session.get().user?.id;
    return html`<tr><th scope="row"><bdi>${person.displayName}</bdi>
      <span class="quiet">${person.roles.map(roleWords).join(", ")}</span></th>
      <td>${errors}${isLost ? html`<p class="problem">Opens no chart until this is filled in.</p>` : null}
        ${isOwn ? html`<span>${person.practitionerId ?? "none"}</span>` : input}</td>
      <td>${isOwn ? html`<span class="quiet">Another administrator links you.</span>`
        : html`<button type="button" class="button small"
        aria-label="Save the record of ${person.displayName}"
        @click=${() => link(person, input.value.trim(), errors, place)}>Save</button>`}</td></tr>`;
  });
  return element`<section class="card"><h2>Which Practitioner record each person is</h2>
    <div class="card-body"><p>Relationships are found by the Practitioner record: as general practitioner,
      in a care team, at a visit or an appointment. Enter its id.</p></div>
    <div class="table-frame" tabindex="0" role="region" aria-label="People"><table class="table">
      <thead><tr><th scope="col">Person</th><th scope="col">Practitioner id</th>
      <th scope="col"><span class="seen-by-readers-only">Save</span></th></tr></thead>
      <tbody>${rows}</tbody></table></div></section>`;
}

async function link(person, practitionerId, errors, place) {
  try {
    await put(`/access-rules/people/${encodeURIComponent(person.id)}`, { practitionerId });
    document.getElementById("announcements").textContent = `${person.displayName} is linked.`;
    await load(place);
  } catch (error) {
    showErrors(errors, "Not saved", [{ message: error.message }]);
  }
}
