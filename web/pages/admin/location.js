// web/pages/admin/location.js - one place of the clinic.
import { adminFrame } from "../../elements/admin-nav.js";
import { showConflict } from "../../elements/conflict-note.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, put } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";
import { go } from "../../lib/router.js";
import { announce, choiceField, doneNote, textField, valueOf, whenSubmitted } from "./form.js";
import { days, hoursWords, kindWords, statusWords } from "./place-words.js";

const texts = [
  ["name", "Name", { isRequired: true }], ["description", "Description", { isWide: true }],
  ["phone", "Telephone", { type: "tel" }], ["line", "Street"], ["city", "City"], ["state", "State"],
  ["postalCode", "ZIP code"],
];

/** Opens the page of one place, or of one to be added. */
export function open(outlet, { id }) {
  const isNew = id === "new";
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/locations", title: isNew ? "Add a location" : "Location",
      actions: html`<a class="button" href="/admin/locations">All locations</a>` }, body));
  const load = async () => {
    body.replaceChildren(loadingNote("the location"));
    try {
      const [place, all] = await Promise.all([
        isNew ? { status: "active", hours: [] } : get(`/admin/locations/${encodeURIComponent(id)}`),
        get("/admin/locations")]);
      show(body, place, all.items, null);
    } catch (error) {
      body.replaceChildren(failedNote(error, error.status === 404 ? null : load));
    }
  };
  load();
  return {};
}

function show(body, place, all, note) {
  if (place.name) body.closest(".admin").querySelector("h1").textContent = place.name;
  body.replaceChildren(...[note, form(body, place, all)].filter(Boolean));
  note?.focus();
}

function form(body, place, all) {
  const errors = element`<div class="errors"></div>`;
  const others = all.filter(({ id }) => id !== place.id);
  let { version } = place;
  const made = element`<form class="card" novalidate><header><h2>Facts</h2></header>
    <div class="card-body form-grid">${errors}
    ${texts.map(([name, label, options]) => textField(name, label, { ...options, value: place[name] ?? "" }))}
    ${choiceField("kind", "Kind", [["", "Not said"], ...kindWords], { value: place.kind ?? "" })}
    ${choiceField("partOf", "Lies in", [["", "Nothing else"], ...others.map((one) => [one.id, one.name])],
    { value: place.partOf ?? "" })}
    ${choiceField("status", "State", [...statusWords], { value: place.status })}
    ${hoursPart(place.hours)}
    <p class="buttons"><button type="submit" class="button first">
      ${place.id ? "Save" : "Add the location"}</button></p></div></form>`;
  const read = () => ({
    ...Object.fromEntries(texts.map(([name]) => [name, valueOf(made, name) || null])),
    kind: valueOf(made, "kind") || null, partOf: valueOf(made, "partOf") || null,
    status: valueOf(made, "status"), hours: readHours(made, place.hours),
  });
  whenSubmitted(made, errors, {
    title: "Nothing was saved",
    run: async () => {
      if (!place.id) {
        const added = await post("/admin/locations", read());
        announce("Added.");
        await go(`/admin/locations/${added.id}`, { isReplacing: true });
        return;
      }
      show(body, await put(`/admin/locations/${place.id}`, read(), { ifMatch: version }), all,
        doneNote("Saved."));
      announce("Saved.");
    },
    onConflict: async () => {
      const [mine, theirs] = [read(), await get(`/admin/locations/${place.id}`)];
      const named = (id) => all.find((one) => one.id === id)?.name ?? "";
      showConflict(errors, {
        rows: [
          ...texts.map(([name, label]) => ({ label, mine: mine[name] ?? "", theirs: theirs[name] ?? "" })),
          { label: "Kind", mine: kindWords.get(mine.kind) ?? "", theirs: kindWords.get(theirs.kind) ?? "" },
          { label: "Lies in", mine: named(mine.partOf), theirs: named(theirs.partOf) },
          { label: "State", mine: statusWords.get(mine.status), theirs: statusWords.get(theirs.status) },
          { label: "Hours", mine: hoursWords(mine.hours).join("; "), theirs: hoursWords(theirs.hours).join("; ") },
        ],
        takeTheirs: () => show(body, theirs, all, doneNote("This is what is on the box now.")),
        saveMine: () => {
          version = theirs.version;
          made.requestSubmit();
        },
      });
    },
  });
  return made;
}

// A clinic that closes at noon has two stretches a day; more than that come from elsewhere and stay.
const stretchesMax = 2;

const ofDay = (hours, key) =>
  hours.filter(({ day }) => day === key).sort((a, b) => (a.opens < b.opens ? -1 : 1));

function hoursPart(hours = []) {
  const line = ([key, name]) => {
    const found = ofDay(hours, key);
    const input = (index, what) => {
      const label = `${name}, ${index > 0 ? "second stretch, " : ""}${what}`;
      return html`<label><span class="seen-by-readers-only">${label}</span>
        <input class="input" type="time" data-day="${key}" data-index="${index}" data-what="${what}"
          .value=${found[index]?.[what] ?? ""}></label>`;
    };
    const pair = (index) => html`<span class="pair">${input(index, "opens")}<span>to</span>
      ${input(index, "closes")}</span>`;
    return html`<p class="line"><span class="day">${name}</span><span class="pairs">${pair(0)}
      ${pair(1)}</span></p>`;
  };
  return html`<fieldset class="group wide" id="f-hours" tabindex="-1"><legend>Opening hours</legend>
    <p class="hint quiet">Leave a day empty when the place is closed; the second pair is for the time
      after a break.</p>
    <div class="hours">${days.map(line)}</div></fieldset>`;
}

function readHours(made, before = []) {
  return days.flatMap(([key]) => {
    const value = (index, what) => made.querySelector(
      `[data-day=${key}][data-index="${index}"][data-what=${what}]`).value.slice(0, 5);
    const written = [0, 1].map((index) => (
      { day: key, opens: value(index, "opens"), closes: value(index, "closes") }));
    return [...written.filter(({ opens, closes }) => opens || closes),
      ...ofDay(before, key).slice(stretchesMax)];
  });
}
