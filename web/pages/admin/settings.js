// web/pages/admin/settings.js - what the box does by rule: each setting with its default and source.
import { adminFrame } from "../../elements/admin-nav.js";
import { showConflict } from "../../elements/conflict-note.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, put } from "../../lib/api.js";
import { formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { may } from "../../lib/session.js";
import { announce, idOf, showRefusal } from "./form.js";
import { groupWords, sourceWords, titleOf, withUnit } from "./setting-words.js";

/** Opens the page. */
export function open(outlet) {
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/settings", title: "Settings",
      intro: "A change holds at once, without a restart. What stands in the configuration file, the "
        + "environment or the command line goes first and can only be read here." }, body));
  const load = async () => {
    body.replaceChildren(loadingNote("the settings"));
    try {
      show(body, (await get("/admin/settings")).items);
    } catch (error) {
      body.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return {};
}

function show(body, items) {
  const card = ([group, title]) => {
    const some = items.filter((item) => item.group === group && item.group !== "network");
    return some.length ? html`<section class="card"><h2>${title}</h2>
      ${some.map((item) => settingPart(item))}</section>` : null;
  };
  body.replaceChildren(
    html`${[...groupWords].map(card)}`, fileCard(items.filter((item) => item.group === "network")));
}

function fileCard(items) {
  return html`<section class="card"><h2>From the configuration file</h2>
    <p class="card-body quiet">These take effect at the next start. Change them in
      /etc/tribal-ehr/tribal-ehr.conf.</p>
    <div class="table-frame" tabindex="0" role="region" aria-label="From the configuration file">
    <table class="table"><thead><tr><th scope="col">Setting</th><th scope="col">Value</th>
      <th scope="col">Comes from</th><th scope="col">What it is for</th></tr></thead>
    <tbody>${items.map((item) => html`<tr><th scope="row"><code>${item.key}</code></th>
      <td>${item.value || "(empty)"}</td><td>${sourceWords(item)}</td><td>${item.sentence}</td></tr>`)}
    </tbody></table></div></section>`;
}

function settingPart(item) {
  const part = element`<div class="setting"></div>`;
  fill(part, item);
  return part;
}

function fill(part, item, note = null) {
  const isOpen = item.canBeSet && may("system.change");
  const place = element`<div class="errors"></div>`;
  const id = idOf(item.key);
  const hint = `${item.sentence} Takes ${item.bound}.`;
  const form = element`<form class="row" novalidate>
    ${isOpen ? html`${input(item, id)}<button type="submit" class="button"
      aria-label="Save: ${titleOf(item)}">Save</button>
      ${item.source === "page" ? html`<button type="button" class="link-button"
        @click=${() => send(null)}>Back to the default, ${withUnit(item, item.default)}</button>` : null}`
    : html`<p><strong>${withUnit(item, item.value)}</strong></p>`}</form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form.querySelector(".input").value.trim());
  });
  const send = async (value, version = item.version) => {
    place.replaceChildren();
    try {
      const { items } = await put(`/admin/settings/${item.key}`, { value }, { ifMatch: version });
      const changed = items.find(({ key }) => key === item.key);
      announce("Saved. It holds at once.");
      fill(part, changed, element`<p class="tag good" role="status" tabindex="-1">Saved. It holds now.</p>`);
    } catch (error) {
      if (error.status !== 412) {
        showRefusal(form, place, "Nothing was saved", withField(error, item.key));
        return;
      }
      const theirs = (await get("/admin/settings")).items.find(({ key }) => key === item.key);
      showConflict(place, {
        rows: [{ label: titleOf(item), mine: withUnit(item, value ?? item.default),
          theirs: withUnit(item, theirs.value) }],
        takeTheirs: () => fill(part, theirs), saveMine: () => send(value, theirs.version),
      });
    }
  };
  const heading = isOpen ? html`<h3><label for="${id}">${titleOf(item)}</label></h3>`
    : html`<h3>${titleOf(item)}</h3>`;
  part.replaceChildren(html`${heading}<p class="hint quiet" id="${id}-hint">${hint}</p>${place}${form}
    ${note}<p class="sub">Default: ${withUnit(item, item.default)}. ${sourceWords(item)}.</p>`);
  if (item.versions.length) part.append(history(item, isOpen, send));
  note?.focus();
}

const withField = (error, key) => ({
  ...error, message: error.message,
  details: (error.details ?? []).map((detail) => ({ ...detail, location: key })),
});

function input(item, id) {
  if (item.kind === "choice") {
    return html`<select class="input" id="${id}" aria-describedby="${id}-hint">${item.choices.map((one) =>
      html`<option value="${one}" ?selected=${one === item.value}>${one}</option>`)}</select>`;
  }
  return html`<input class="input" id="${id}" inputmode="${item.kind === "number" ? "numeric" : null}"
    autocomplete="off" aria-describedby="${id}-hint" .value=${item.value}>
    ${item.unit ? html`<span>${item.unit}</span>` : null}`;
}

function history(item, isOpen, send) {
  const row = (one, index) => html`<tr><td class="nowrap">${formatDateTime(one.at)}</td><td>${one.by}</td>
    <td>${one.value === undefined ? "Back to the default" : withUnit(item, one.value)}</td>
    <td class="end">${isOpen && index > 0 ? html`<button type="button" class="button small"
      aria-label="Set ${titleOf(item)} to ${one.value ?? item.default} again"
      @click=${() => send(one.value ?? null)}>Set again</button>` : null}</td></tr>`;
  return element`<details><summary>Earlier values (${item.versions.length})</summary>
    <table class="table"><caption class="seen-by-readers-only">Earlier values of ${titleOf(item)}</caption>
    <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Set to</th>
    <th scope="col"><span class="seen-by-readers-only">Set again</span></th></tr></thead>
    <tbody>${item.versions.map(row)}</tbody></table></details>`;
}
