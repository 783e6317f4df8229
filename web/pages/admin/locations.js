// web/pages/admin/locations.js - the places of the clinic, as a tree.
import { adminFrame } from "../../elements/admin-nav.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";
import "./form.js";
import { asTree } from "./grouping.js";
import { hoursWords, kindWords, statusWords } from "./place-words.js";

/** Opens the page. */
export function open(outlet) {
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/locations", title: "Locations",
      intro: "Where the clinic works: sites, buildings, rooms, a mobile unit. Programs see them as "
        + "Location at /fhir.",
      actions: html`<a class="button first" href="/admin/locations/new">Add a location</a>` }, body));
  const load = async () => {
    body.replaceChildren(loadingNote("locations"));
    try {
      const { items } = await get("/admin/locations");
      body.replaceChildren(items.length ? table(asTree(items))
        : emptyNote("There is no location yet. Add the building that the clinic works in first."));
    } catch (error) {
      body.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return {};
}

function table(places) {
  const row = (place) => html`<tr><th scope="row" class="tree-${place.depth}">
      <a href="/admin/locations/${place.id}">${place.name || "(without a name)"}</a>
      ${place.kind ? html`<span class="sub">${kindWords.get(place.kind) ?? place.kind}</span>` : null}</th>
    <td>${[place.line, place.city, place.state].filter(Boolean).join(", ")}</td>
    <td class="nowrap">${place.phone ?? ""}</td>
    <td>${hoursWords(place.hours).map((line) => html`<span class="sub">${line}</span>`)}</td>
    <td>${place.status === "active" ? html`<span class="tag good">In use</span>`
    : html`<span class="tag warn">${statusWords.get(place.status) ?? place.status}</span>`}</td></tr>`;
  return html`<section class="card"><div class="table-frame" tabindex="0" role="region"
    aria-label="Locations"><table class="table"><thead><tr><th scope="col">Name</th>
    <th scope="col">Address</th><th scope="col">Telephone</th><th scope="col">Hours</th>
    <th scope="col">State</th></tr></thead><tbody>${places.map(row)}</tbody></table></div></section>`;
}
