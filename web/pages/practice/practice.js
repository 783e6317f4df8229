// web/pages/practice/practice.js - the practice clinic: a tour, and beginning anew.
import { showErrors } from "../../elements/error-summary.js";
import { post } from "../../lib/api.js";
import { count } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { loadBox, may, session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { drills } from "./drills.js";

await addStyle("./practice.css", import.meta.url);

const storageKey = "tribal-ehr.drills";
const longWaitMs = 300_000;

/** Opens the page. */
export function open(outlet) {
  const mine = drills.filter((drill) => !drill.needs || may(drill.needs));
  const done = readDone();
  const score = element`<p role="status"></p>`;
  const tell = () => {
    const number = mine.filter(({ id }) => done.has(id)).length;
    score.textContent = number === mine.length ? "You have done all of them."
      : `${number} of ${count(mine.length, "drill")} done.`;
  };
  tell();
  outlet.replaceChildren(html`<div class="page practice"><div class="page-head"><h1>Practice</h1>
    <p>Everybody on this box is invented. Try whatever you like: every night the clinic is as it was in
      the beginning. <a href="/help/practice-clinic">More about it</a></p>${score}</div>
    <ol class="drills">${mine.map((drill) => card(drill, done, tell))}</ol>
    ${session.get().user?.roles.includes("SYSTEM_ADMIN") ? keeperPart() : null}</div>`);
  return {};
}

function card(drill, done, tell) {
  const change = (event) => {
    if (event.target.checked) done.add(drill.id);
    else done.delete(drill.id);
    localStorage.setItem(storageKey, JSON.stringify([...done]));
    tell();
  };
  return html`<li class="card"><div class="card-body"><h2>${drill.title}</h2>
    <ol class="drill-steps">${drill.steps.map((step) => html`<li>${step}</li>`)}</ol>
    <p class="drill-foot"><a class="button" href="${drill.href}">Go there</a>
      <a href="/help/${drill.help}">Handbook</a>
      <label class="switch"><input type="checkbox" ?checked=${done.has(drill.id)} @change=${change}>
        Done<span class="seen-by-readers-only">: ${drill.title}</span></label></p></div></li>`;
}

function readDone() {
  try {
    return new Set(JSON.parse(localStorage.getItem(storageKey) ?? "[]"));
  } catch {
    return new Set();
  }
}

function keeperPart() {
  const place = element`<section class="card" aria-labelledby="keeper-title"><div class="card-body keeper">
    <h2 id="keeper-title">For the administrator</h2><div class="errors"></div>
    <p>Begin anew at once, instead of at night: what people entered is deleted, what they changed comes
      back.</p>
    <p><button type="button" class="button" data-reset>Begin anew</button></p>
    <p>Or end the practice: every record is deleted, the yellow bar goes, and the box is an empty clinic
      for real people. Accounts and the audit log stay. Type the name of the box to confirm.</p>
    <div class="keeper-end"><div class="field"><label for="confirm">Name of the box</label>
      <input class="input" id="confirm" autocomplete="off" autocapitalize="none" spellcheck="false"></div>
      <button type="button" class="button danger" data-remove>End the practice</button></div>
  </div></section>`;
  const run = (path, body, words) => act(place, path, body, words);
  place.querySelector("[data-reset]").addEventListener("click", () => run("reset", {},
    "The practice clinic is as it was in the beginning."));
  place.querySelector("[data-remove]").addEventListener("click", () => run("remove",
    { confirm: place.querySelector("#confirm").value.trim() },
    "The practice has ended. The box is an empty clinic now."));
  return place;
}

async function act(place, path, body, words) {
  const buttons = place.querySelectorAll("button");
  const errors = place.querySelector(".errors");
  buttons.forEach((button) => { button.disabled = true; });
  errors.replaceChildren(element`<p class="message" role="status">This takes a moment…</p>`);
  try {
    await post(`/practice/${path}`, body, { waitMs: longWaitMs });
    errors.replaceChildren(element`<p class="message good" role="status">${words}</p>`);
    await loadBox();
  } catch (error) {
    const at = error.details.find(({ location }) => location)?.location;
    showErrors(errors, "Nothing was changed", [{ id: at, message: error.message }]);
  } finally {
    buttons.forEach((button) => { button.disabled = false; });
  }
}
