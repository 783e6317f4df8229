// web/pages/admin/roles.js - what each role may do, and who has it.
import { adminFrame } from "../../elements/admin-nav.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get } from "../../lib/api.js";
import { count } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import "./form.js";
import { areaWords, cellWords, compartmentWords, roleName, roleWords } from "./words.js";

/** Opens the page. */
export function open(outlet) {
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/roles", title: "Roles",
      intro: "Roles are built in and the same on every box. A person may have several; what they "
        + "allow adds up. Give roles on the page of a user." }, body));
  const load = async () => {
    body.replaceChildren(loadingNote("the roles"));
    try {
      const { items, areas } = await get("/admin/roles");
      body.replaceChildren(cards(items), matrix(items, areas));
    } catch (error) {
      body.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return {};
}

function cards(items) {
  const person = (user) => html`<li><a href="/admin/users/${user.id}"><bdi>${user.displayName}</bdi></a>
    ${user.isDisabled ? html`<span class="quiet">(closed)</span>` : null}</li>`;
  const opens = (item) => item.compartments.filter((name) => name !== "system")
    .map((name) => compartmentWords.get(name) ?? name).join(", ");
  return html`<div class="role-cards">${items.map((item) => html`<section class="card">
    <h2>${roleName(item.role)}</h2><div class="card-body">
      <p>${roleWords.get(item.role)?.[1] ?? ""}</p>
      <p><strong>Parts of charts:</strong> ${opens(item) || "none"}</p>
      ${item.users.length ? html`<p><strong>${count(item.users.length, "person", "people")}:</strong></p>
        <ul>${item.users.map(person)}</ul>` : html`<p class="quiet">Nobody has this role.</p>`}
    </div></section>`)}</div>`;
}

function matrix(items, areas) {
  const cell = (words) => words ? html`<td>${words}</td>`
    : html`<td class="none">–<span class="seen-by-readers-only">nothing</span></td>`;
  return html`<section class="card"><h2>What each role may do</h2>
    <div class="table-frame" tabindex="0" role="region" aria-label="What each role may do">
    <table class="table matrix"><thead><tr><th scope="col">Area</th>
      ${items.map(({ role }) => html`<th scope="col">${roleName(role)}</th>`)}</tr></thead>
    <tbody>${areas.map((area) => html`<tr><th scope="row">${areaWords.get(area) ?? area}</th>
      ${items.map((item) => cell(cellWords(item.areas[area])))}</tr>`)}</tbody></table></div></section>`;
}
