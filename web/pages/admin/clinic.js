// web/pages/admin/clinic.js - the clinic's own facts, and the way back to earlier ones.
import { adminFrame } from "../../elements/admin-nav.js";
import { askFirst } from "../../elements/confirm-dialog.js";
import { showConflict } from "../../elements/conflict-note.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, put } from "../../lib/api.js";
import { formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { loadBox, may } from "../../lib/session.js";
import { announce, doneNote, textField, valueOf, whenSubmitted } from "./form.js";

const fields = [
  ["clinicName", "Name of the clinic", { isRequired: true, isWide: true }],
  ["line", "Street"], ["city", "City"], ["state", "State"], ["postalCode", "ZIP code"],
  ["phone", "Telephone", { type: "tel" }],
  ["timeZone", "Time zone", { isRequired: true, list: "zones",
    hint: "As in America/Denver. Arizona without daylight saving is America/Phoenix." }],
  ["tribe", "Tribe or tribal organization that runs the clinic", { isWide: true, list: "tribes",
    hint: "Choose from the list, or write the name as the tribe does." }],
];

/** Opens the page. */
export function open(outlet) {
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/clinic", title: "Clinic",
      intro: "What the box knows of its clinic. The name stands on every page and on paper." }, body));
  const load = async () => {
    body.replaceChildren(loadingNote("the clinic"));
    try {
      const [clinic, tribes] = await Promise.all([get("/admin/clinic"), get("/admin/tribes")]);
      show(body, clinic, tribes.items, null);
    } catch (error) {
      body.replaceChildren(failedNote(error, error.status === 404 ? null : load));
    }
  };
  load();
  return {};
}

function show(body, clinic, tribes, note) {
  const take = (changed, words) => {
    loadBox().catch(() => null);
    announce("Saved.");
    show(body, changed, tribes, doneNote(words));
  };
  body.replaceChildren(...[note, form(clinic, tribes, take), history(clinic, take)].filter(Boolean));
  note?.focus();
}

function form(clinic, tribes, take) {
  const mayChange = may("system.change");
  const place = element`<div class="errors"></div>`;
  let version = clinic.version;
  const made = element`<form class="card" novalidate><header><h2>Facts</h2></header>
    <div class="card-body form-grid">${place}
    ${mayChange ? null : html`<p class="quiet wide">A system administrator can change this.</p>`}
    ${fields.map(([name, label, options]) => textField(name, label,
    { ...options, value: clinic[name] ?? "", isReadOnly: !mayChange }))}
    ${textField("boxName", "Name of the box", { value: clinic.boxName, isReadOnly: true, isRequired: true,
    hint: "Chosen at the setup. Browsers find the box by it." })}
    <datalist id="zones">${zones().map((zone) => html`<option value="${zone}"></option>`)}</datalist>
    <datalist id="tribes">${tribes.map((name) => html`<option value="${name}"></option>`)}</datalist>
    ${mayChange ? html`<p class="buttons"><button type="submit" class="button first">Save</button></p>` : null}
    </div></form>`;
  const read = () => Object.fromEntries(fields.map(([name]) => [name, valueOf(made, name) || null]));
  whenSubmitted(made, place, {
    title: "Nothing was saved",
    run: async () => take(await put("/admin/clinic", read(), { ifMatch: version }), "Saved."),
    onConflict: async () => {
      const [mine, theirs] = [read(), await get("/admin/clinic")];
      showConflict(place, {
        rows: fields.map(([name, label]) => ({ label, mine: mine[name] ?? "", theirs: theirs[name] ?? "" })),
        takeTheirs: () => take(theirs, "This is what is on the box now."),
        saveMine: () => {
          version = theirs.version;
          made.requestSubmit();
        },
      });
    },
  });
  return made;
}

function zones() {
  try {
    return Intl.supportedValuesOf("timeZone").filter((zone) => /^(America|Pacific|US)\//.test(zone));
  } catch {
    return ["America/Phoenix", "America/Denver", "America/Chicago", "America/New_York",
      "America/Los_Angeles", "America/Anchorage"];
  }
}

function history(clinic, take) {
  if (clinic.versions.length < 2) return null;
  const place = element`<div class="errors"></div>`;
  const back = async (one) => {
    const isSure = await askFirst({
      title: `Go back to what ${one.by} saved on ${formatDateTime(one.at)}?`,
      text: "It becomes the newest version. Nothing is lost: you can go back again.",
      button: "Go back to it",
    });
    if (!isSure) return;
    try {
      take(await post("/admin/clinic/undo", { version: one.version }, { ifMatch: clinic.version }),
        "The earlier facts are in place again.");
    } catch (error) {
      place.replaceChildren(failedNote(error, null));
    }
  };
  const row = (one, index) => html`<tr><th scope="row" class="nowrap">${formatDateTime(one.at)}</th>
    <td>${one.by}</td><td>${changes(one, clinic.versions[index + 1]) || "First facts"}</td>
    <td class="end">${index === 0 ? html`<span class="tag good">In place</span>`
    : may("system.change") ? html`<button type="button" class="button small" @click=${() => back(one)}
      aria-label="Go back to ${formatDateTime(one.at)}">Go back to this</button>` : null}</td></tr>`;
  return element`<section class="card"><h2>Earlier versions</h2>${place}<div class="table-frame">
    <table class="table"><caption class="seen-by-readers-only">Earlier versions</caption><thead><tr>
    <th scope="col">When</th><th scope="col">Who</th><th scope="col">What changed</th><th scope="col">
    <span class="seen-by-readers-only">Go back</span></th></tr></thead>
    <tbody>${clinic.versions.map(row)}</tbody></table></div></section>`;
}

/** Returns what one version changed over the one before, in words. */
export function changes(one, before) {
  if (!before) return "";
  return fields.filter(([name]) => (one[name] ?? "") !== (before[name] ?? ""))
    .map(([name, label]) => `${label}: ${before[name] || "(empty)"} → ${one[name] || "(empty)"}`)
    .join("; ");
}
