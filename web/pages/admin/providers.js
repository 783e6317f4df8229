// web/pages/admin/providers.js - the people who treat patients.
import { adminFrame } from "../../elements/admin-nav.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get } from "../../lib/api.js";
import { count } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { textField, valueOf } from "./form.js";

/** Opens the page. */
export function open(outlet) {
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/providers", title: "Providers",
      intro: "People who treat patients, with the numbers that orders, claims and prescriptions need. "
        + "Programs see them as Practitioner at /fhir.",
      actions: html`<a class="button first" href="/admin/providers/new">Add a provider</a>` }, body));
  const load = async () => {
    body.replaceChildren(loadingNote("providers"));
    try {
      show(body, (await get("/admin/providers")).items);
    } catch (error) {
      body.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return {};
}

function show(body, items) {
  if (!items.length) {
    body.replaceChildren(emptyNote("There is no provider yet. Add those who see patients."));
    return;
  }
  const search = textField("search", "Find by name, specialty or number", { isRequired: true, type: "search" });
  search.classList.add("grows");
  const form = element`<form class="admin-filters" role="search" aria-label="Providers">${search}
    <p class="count quiet" role="status"></p></form>`;
  const place = element`<section class="card"></section>`;
  const filter = () => {
    const words = valueOf(form, "search").toLowerCase().split(/\s+/).filter(Boolean);
    const fits = items.filter((one) => {
      const told = [one.name, one.specialty, one.npi, one.title].join(" ").toLowerCase();
      return words.every((word) => told.includes(word));
    });
    form.querySelector(".count").textContent = fits.length === items.length
      ? count(items.length, "provider") : `${fits.length} of ${count(items.length, "provider")}`;
    place.replaceChildren(fits.length ? table(fits)
      : element`<div class="card-body">${emptyNote("Nobody fits.")}</div>`);
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  body.replaceChildren(form, place);
  filter();
}

function table(items) {
  const row = (one) => html`<tr><th scope="row"><a href="/admin/providers/${one.id}">
      <bdi>${one.name || "(without a name)"}</bdi></a>
      ${one.title ? html`<span class="sub">${one.title}</span>` : null}</th>
    <td>${one.specialty ?? ""}</td><td class="digits">${one.npi ?? html`<span class="tag warn">missing</span>`}</td>
    <td>${one.user ? html`<a href="/admin/users/${one.user.id}">${one.user.username}</a>` : "None"}</td>
    <td>${one.isActive ? html`<span class="tag good">Active</span>` : html`<span class="tag">Left</span>`}</td></tr>`;
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="Providers">
    <table class="table"><thead><tr><th scope="col">Name</th><th scope="col">Specialty</th>
    <th scope="col">NPI</th><th scope="col">Account</th><th scope="col">State</th></tr></thead>
    <tbody>${items.map(row)}</tbody></table></div>`;
}
