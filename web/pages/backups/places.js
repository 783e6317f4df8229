// web/pages/backups/places.js - where copies go beside the box's own disk.
import { askFirst } from "../../elements/confirm-dialog.js";
import { markField, showErrors } from "../../elements/error-summary.js";
import { emptyNote } from "../../elements/state-note.js";
import { post, remove } from "../../lib/api.js";
import { count, formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { formatBytes, placeKinds } from "./words.js";

/** Returns the card of the places; `showPlaces` draws the list again and leaves the form alone. */
export function placesCard(page, places) {
  const list = element`<div class="place-list"></div>`;
  const card = element`<section class="card"><header><h2>Other places</h2></header>
    <div class="card-body"><p>A fire or a thief takes the box and its disk together. Have at least one
      place elsewhere; two sticks that take turns are better.</p></div>
    ${list}<div class="card-body"><div class="errors"></div>${page.mayChange ? addForm(page) : null}</div></section>`;
  card.showPlaces = (now) => list.replaceChildren(
    now.length ? table(page, card, now)
      : element`<div class="card-body">
          ${emptyNote("There is no other place yet. The backups lie on this box only.")}</div>`);
  card.showPlaces(places);
  return card;
}

function table(page, card, places) {
  return element`<div class="table-frame" tabindex="0" role="region" aria-label="Other places">
    <table class="table"><thead><tr><th scope="col">Place</th><th scope="col">Last copy</th>
      <th scope="col">Every change</th><th scope="col">Read back</th><th scope="col">Room</th><th scope="col">State</th>
      <th scope="col">Acts</th></tr></thead>
    <tbody>${places.map((one) => row(page, card, one))}</tbody></table></div>`;
}

function row(page, card, one) {
  const kind = placeKinds.find(({ kind: word }) => word === one.kind)?.label ?? one.kind;
  const state = one.fault
    ? html`<span class="tag warn">cannot be used now</span><div><bdi>${one.fault}</bdi></div>`
    : one.lookedAt ? html`<span class="tag good">works</span>` : html`<span class="tag">not looked at yet</span>`;
  const acts = page.mayChange ? html`
    <button type="button" class="button small" data-key="test-${one.id}" aria-label="Test ${one.name}"
      @click=${(event) => test(page, card, event.currentTarget, one)}>Test</button>
    <button type="button" class="button small" data-key="copy-${one.id}" aria-label="Copy now to ${one.name}"
      @click=${(event) => copy(page, card, event.currentTarget, one)}>Copy now</button>
    <button type="button" class="button small" data-key="redo-${one.id}"
      aria-label="${one.takesRedo ? "Stop writing" : "Write"} every change to ${one.name}"
      @click=${(event) => setRedo(page, card, event.currentTarget, one)}>${one.takesRedo
        ? "Copies only" : "Every change"}</button>
    <button type="button" class="button small danger" data-key="remove-${one.id}"
      aria-label="Remove ${one.name}" @click=${() => forget(page, card, one)}>Remove</button>` : null;
  return html`<tr><th scope="row"><bdi>${one.name}</bdi>
      <div class="quiet">${kind}: <bdi>${one.address}</bdi></div></th>
    <td class="nowrap">${one.copiedAt ? html`${one.age}<div class="quiet">
      ${count(one.copies, "copy", "copies")}, ${formatBytes(one.copyBytes)}</div>` : "none yet"}</td>
    <td class="nowrap">${redoWords(one)}</td>
    <td class="nowrap">${one.readAt ? formatRecent(one.readAt) : ""}</td>
    <td class="nowrap">${one.freeBytes === undefined ? "" : `${formatBytes(one.freeBytes)} free`}</td>
    <td>${state}</td><td class="nowrap acts">${acts}</td></tr>`;
}

async function test(page, card, button, one) {
  button.disabled = true;
  const place = card.querySelector(".errors");
  try {
    await post(`/backups/places/${one.id}/test`);
    place.replaceChildren(element`<p class="message good" role="status">${one.name} works: a small file
      was written there, read back and deleted.</p>`);
  } catch (error) {
    showErrors(place, `${one.name} does not work`, [{ message: error.message }]);
  }
  button.disabled = false;
  page.reload();
}

async function copy(page, card, button, one) {
  button.disabled = true;
  try {
    await post(`/backups/places/${one.id}/copy`);
    card.querySelector(".errors").replaceChildren();
  } catch (error) {
    showErrors(card.querySelector(".errors"), "Nothing was copied", [{ message: error.message }]);
  }
  button.disabled = false;
  page.reload();
}

function redoWords(one) {
  if (!one.takesRedo) return "not here";
  return one.redoAt ? `until ${formatRecent(one.redoAt)}` : "none yet";
}

async function setRedo(page, card, button, one) {
  button.disabled = true;
  try {
    await post(`/backups/places/${one.id}/redo`, { on: !one.takesRedo });
    card.querySelector(".errors").replaceChildren();
  } catch (error) {
    showErrors(card.querySelector(".errors"), "Nothing was changed", [{ message: error.message }]);
  }
  button.disabled = false;
  page.reload();
}

async function forget(page, card, one) {
  const isSure = await askFirst({
    title: `Remove ${one.name}?`,
    text: "The box copies nothing there any more. The copies that lie there stay, and can be restored.",
    button: "Remove it", isDanger: true,
  });
  if (!isSure) return;
  try {
    await remove(`/backups/places/${one.id}`);
    card.querySelector(".errors").replaceChildren();
  } catch (error) {
    showErrors(card.querySelector(".errors"), "It was not removed", [{ message: error.message }]);
  }
  page.reload();
}

function addForm(page) {
  const form = element`<form novalidate class="add-place"><h3>Add a place</h3>
    <fieldset><legend>What it is</legend>${placeKinds.map(({ kind, label }, index) => html`
      <label class="choice"><input type="radio" name="kind" value="${kind}" ?checked=${index === 0}>
        ${label}</label>`)}</fieldset>
    <div class="field"><label for="place-name">Name</label>
      <p class="hint" id="place-name-hint">What people call it, such as USB blue</p>
      <input class="input" id="place-name" name="name" maxlength="40" autocomplete="off"
        aria-describedby="place-name-hint"></div>
    <div class="field"><label for="place-address"></label>
      <p class="hint" id="place-address-hint"></p>
      <input class="input" id="place-address" name="address" autocomplete="off" spellcheck="false"
        aria-describedby="place-address-hint"></div>
    <div class="field"><label for="place-hours">How often</label>
      <select class="input" id="place-hours" name="everyHours"><option value="24">Once a day</option>
        <option value="1">Every hour</option></select></div>
    <p class="adopt" hidden><label class="choice"><input type="checkbox" name="adopt">
      The box may use it as well; what is there stays there</label></p>
    <p><button type="submit" class="button">Try it and add it</button></p></form>`;
  const describe = () => {
    const chosen = placeKinds.find(({ kind }) => kind === new FormData(form).get("kind"));
    form.querySelector("[for=place-address]").textContent = chosen.field;
    form.querySelector("#place-address-hint").textContent = chosen.hint;
  };
  describe();
  form.addEventListener("change", describe);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(page, form);
  });
  return form;
}

const fieldIDs = { name: "place-name", address: "place-address", everyHours: "place-hours" };

async function add(page, form) {
  const place = form.parentElement.querySelector(".errors");
  const button = form.querySelector("[type=submit]");
  const { name, kind, address, everyHours, adopt } = Object.fromEntries(new FormData(form));
  for (const id of Object.values(fieldIDs)) markField(form.querySelector(`#${id}`), null);
  place.replaceChildren();
  button.disabled = true;
  try {
    await post("/backups/places", { name, kind, address, everyHours, adopt: adopt === "on" });
    form.reset();
    form.dispatchEvent(new Event("change"));
    form.querySelector(".adopt").hidden = true;
    place.replaceChildren(element`<p class="message good" role="status">${name} works and was added. The
      newest proven backup is copied there now.</p>`);
    page.reload();
  } catch (error) {
    const at = error.details.find(({ location }) => location)?.location;
    if (at === "adopt") form.querySelector(".adopt").hidden = false;
    if (fieldIDs[at]) markField(form.querySelector(`#${fieldIDs[at]}`), error.message);
    showErrors(place, "The place was not added", [{ id: fieldIDs[at], message: error.message }]);
  }
  button.disabled = false;
}
