// web/pages/admin/provider.js - one person who treats patients.
import { adminFrame } from "../../elements/admin-nav.js";
import { showConflict } from "../../elements/conflict-note.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, put } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";
import { go } from "../../lib/router.js";
import { announce, choiceField, doneNote, idOf, textField, valueOf, whenSubmitted } from "./form.js";

const texts = [
  ["prefix", "Title before the name", { hint: "Such as Dr." }],
  ["given", "Given names", { isRequired: true }], ["family", "Family name", { isRequired: true }],
  ["suffix", "Letters after the name", { hint: "Such as MD, FNP-C." }],
  ["title", "What the person does here", { hint: "Such as Family physician." }],
  ["npi", "NPI", { hint: "Ten digits. The box checks the last one." }],
  ["dea", "DEA number", { hint: "Only for who prescribes controlled substances." }],
  ["phone", "Telephone", { type: "tel" }],
  ["specialty", "Specialty", { list: "specialties", hint: "In words, as patients know it." }],
  ["specialtyCode", "Taxonomy code", { list: "codes",
    hint: "From the NPI registry, such as 207Q00000X. Claims need it." }],
];

/** Opens the page of one provider, or of one to be added. */
export function open(outlet, { id }) {
  const isNew = id === "new";
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/providers", title: isNew ? "Add a provider" : "Provider",
      actions: html`<a class="button" href="/admin/providers">All providers</a>` }, body));
  const load = async () => {
    body.replaceChildren(loadingNote("the provider"));
    try {
      const [one, all, places] = await Promise.all([
        isNew ? { isActive: true, locations: [] } : get(`/admin/providers/${encodeURIComponent(id)}`),
        get("/admin/providers"), get("/admin/locations")]);
      show({ body, all: all.items, places: places.items }, one, null);
    } catch (error) {
      body.replaceChildren(failedNote(error, error.status === 404 ? null : load));
    }
  };
  load();
  return {};
}

function show(page, one, note) {
  if (one.name) page.body.closest(".admin").querySelector("h1").textContent = one.name;
  page.body.replaceChildren(...[note, form(page, one), one.id ? account(one) : null].filter(Boolean));
  note?.focus();
}

function account({ user }) {
  return element`<section class="card"><h2>Account</h2><div class="card-body">
    ${user ? html`<p>Signs in as <a href="/admin/users/${user.id}">${user.username}</a> (${user.displayName}).</p>`
    : html`<p>No account belongs to this provider. Choose the provider on the page of a
      <a href="/admin/users">user</a>.</p>`}</div></section>`;
}

function form(page, one) {
  const errors = element`<div class="errors"></div>`;
  let { version } = one;
  const known = (name) => [...new Set(page.all.map((other) => other[name]).filter(Boolean))].sort();
  const made = element`<form class="card" novalidate><header><h2>Facts</h2></header>
    <div class="card-body form-grid">${errors}
    ${texts.map(([name, label, options]) => textField(name, label, { ...options, value: one[name] ?? "" }))}
    ${choiceField("isActive", "State", [["true", "Active"], ["false", "Left"]],
    { value: String(one.isActive) })}
    <datalist id="specialties">${known("specialty").map((text) => html`<option value="${text}"></option>`)}</datalist>
    <datalist id="codes">${known("specialtyCode").map((text) => html`<option value="${text}"></option>`)}</datalist>
    ${page.places.length ? html`<fieldset class="group wide" id="${idOf("locations")}" tabindex="-1">
      <legend>Works at</legend><div class="role-choices">${page.places.map((place) => html`<label>
        <input type="checkbox" name="locations" value="${place.id}"
          ?checked=${(one.locations ?? []).includes(place.id)}><span>${place.name}</span></label>`)}</div>
      </fieldset>` : null}
    <p class="buttons"><button type="submit" class="button first">
      ${one.id ? "Save" : "Add the provider"}</button></p></div></form>`;
  const read = () => ({
    ...Object.fromEntries(texts.map(([name]) => [name, valueOf(made, name) || null])),
    isActive: valueOf(made, "isActive") === "true",
    locations: page.places.length
      ? [...made.querySelectorAll("[name=locations]:checked")].map(({ value }) => value)
      : one.locations ?? [],
  });
  whenSubmitted(made, errors, {
    title: "Nothing was saved",
    run: async () => {
      if (!one.id) {
        const added = await post("/admin/providers", read());
        announce("Added.");
        await go(`/admin/providers/${added.id}`, { isReplacing: true });
        return;
      }
      show(page, await put(`/admin/providers/${one.id}`, read(), { ifMatch: version }), doneNote("Saved."));
      announce("Saved.");
    },
    onConflict: async () => {
      const [mine, theirs] = [read(), await get(`/admin/providers/${one.id}`)];
      const places = (ids) => (ids ?? []).map((id) => page.places.find((place) => place.id === id)?.name ?? id)
        .sort().join(", ");
      showConflict(errors, {
        rows: [
          ...texts.map(([name, label]) => ({ label, mine: mine[name] ?? "", theirs: theirs[name] ?? "" })),
          { label: "State", mine: mine.isActive ? "Active" : "Left", theirs: theirs.isActive ? "Active" : "Left" },
          { label: "Works at", mine: places(mine.locations), theirs: places(theirs.locations) },
        ],
        takeTheirs: () => show(page, theirs, doneNote("This is what is on the box now.")),
        saveMine: () => {
          version = theirs.version;
          made.requestSubmit();
        },
      });
    },
  });
  return made;
}
