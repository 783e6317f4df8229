// web/pages/maintenance/maintenance.js - closing the box for everybody but administrators.
import { adminFrame } from "../../elements/admin-nav.js";
import { showErrors } from "../../elements/error-summary.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { loadBox, session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("./maintenance.css", import.meta.url);

/** Opens the page. */
export function open(outlet) {
  const place = element`<section class="card maintenance" aria-label="State of the box"></section>`;
  const intro = html`A closed box tells everybody but administrators to come again. Nobody is signed
    out. It stays closed over a restart. <a href="/help/maintenance">More about it</a>`;
  outlet.replaceChildren(adminFrame({ path: "/admin/maintenance", title: "Maintenance", intro }, place));
  load(place);
  return {};
}

async function load(place) {
  if (!place.firstChild) place.append(element`<div class="card-body">${loadingNote("the state")}</div>`);
  try {
    show(place, await get("/maintenance"));
  } catch (error) {
    place.replaceChildren(element`<div class="card-body">${failedNote(error, () => load(place))}</div>`);
  }
}

function show(place, state) {
  place.replaceChildren(element`<div class="card-body">
    <div class="errors"></div>${state.on ? closed(place, state) : form(place)}</div>`);
  if (session.get().user?.roles.includes("SYSTEM_ADMIN")) return;
  place.querySelectorAll("input, button").forEach((control) => { control.disabled = true; });
  place.querySelector(".errors").append(element`<p class="message">Only a person with the role
    SYSTEM_ADMIN closes and opens the box.</p>`);
}

function closed(place, state) {
  return html`<p class="message warn" role="status"><strong>The box is closed since
      ${formatDateTime(state.since)}.</strong>
      ${state.until ? html`<span>Thought to be until ${formatDateTime(state.until)}.</span>` : null}
      ${state.reason ? html`<span><bdi>${state.reason}</bdi></span>` : null}</p>
    <p><button type="button" class="button first" data-open
      @click=${(event) => send(place, { on: false }, event.currentTarget)}>Open the box</button></p>`;
}

function form(place) {
  const node = element`<form novalidate><p class="message good" role="status">The box is open.</p>
    <div class="field"><label for="reason">What people are told
      <span class="quiet">(optional)</span></label>
      <input class="input" id="reason" name="reason" maxlength="200" autocomplete="off"
        aria-describedby="reason-hint">
      <p class="hint" id="reason-hint">Such as: We move the box to another room. No names of
        patients.</p></div>
    <div class="field"><label for="minutes">How many minutes it takes
      <span class="quiet">(optional)</span></label>
      <input class="input" id="minutes" name="minutes" inputmode="numeric" autocomplete="off"></div>
    <p><button type="submit" class="button danger">Close the box</button></p></form>`;
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const { reason, minutes } = Object.fromEntries(new FormData(node));
    const body = { on: true, reason };
    if (minutes.trim()) body.minutes = Number(minutes);
    if (minutes.trim() && !Number.isInteger(body.minutes)) {
      showErrors(place.querySelector(".errors"), "The box is not closed",
        [{ id: "minutes", message: "Write the minutes as a whole number." }]);
      return;
    }
    send(place, body, node.querySelector("[type=submit]"));
  });
  return node;
}

async function send(place, body, button) {
  button.disabled = true;
  try {
    show(place, await post("/maintenance", body));
    await loadBox();
    place.querySelector("button")?.focus();
  } catch (error) {
    button.disabled = false;
    const at = error.details.find(({ location }) => location)?.location;
    showErrors(place.querySelector(".errors"), "Nothing was changed", [{ id: at, message: error.message }]);
  }
}
