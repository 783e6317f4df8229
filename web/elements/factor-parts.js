// web/elements/factor-parts.js - a person's own second factors and PIN, with what can be done to them.
import { get, post, put, remove } from "../lib/api.js";
import { count, formatRecent } from "../lib/format.js";
import { element, html } from "../lib/html.js";
import { whyNoPasskeys } from "../lib/passkeys.js";
import { loadSession } from "../lib/session.js";
import { addStyle } from "../lib/styles.js";
import { setUpApp, setUpPasskey } from "./app-setup.js";
import { markField, showErrors } from "./error-summary.js";
import { failedNote, loadingNote } from "./state-note.js";

await addStyle("./app-setup.css", import.meta.url);

/** Returns the cards; `showCodes` shows recovery codes and `reopen` the page again. */
export function factorCards({ showCodes, reopen }) {
  const place = element`<div class="factor-cards">
    <section class="card"><div class="card-body">${loadingNote("your second factors")}</div></section>
    </div>`;
  const done = async (codes) => {
    await loadSession();
    if (codes?.length) showCodes(codes);
    else reopen();
  };
  load(place, done);
  return place;
}

async function load(place, done) {
  try {
    const state = await get("/auth/factors");
    place.replaceChildren(html`${factorCard(state, done)}${pinCard(state, done)}`);
  } catch (error) {
    place.replaceChildren(element`<section class="card"><div class="card-body">
      ${failedNote(error, () => load(place, done))}</div></section>`);
  }
}

function factorCard(state, done) {
  const apps = state.items.filter(({ kind }) => kind === "app");
  const keys = state.items.filter(({ kind }) => kind === "passkey");
  const errors = element`<div class="errors"></div>`;
  const place = element`<div></div>`;
  const act = (run) => async () => {
    errors.replaceChildren();
    try {
      await run();
    } catch (error) {
      if (error.need !== "fresh-proof") {
        showErrors(errors, "Nothing was changed", [{ message: error.message }]);
      }
    }
  };
  const removal = (item) => act(async () => {
    await remove(`/auth/factors/${encodeURIComponent(item.id)}`);
    await done();
  });
  const naming = (item) => (line) => showNaming(line, item, act, done);
  return element`<section class="card"><header><h2>Second factor</h2>${needTag(state)}</header>
    <div class="card-body factor-part">${errors}
      ${state.isRequiredOfAnybody ? null : html`<p class="message warn">This box asks nobody for a second
        factor: the setting SECOND_FACTOR_ROLES is off. Right for trying things out, wrong for real
        patients.</p>`}
      ${state.items.length === 0 ? html`<p>Beside the password, show something that only you have: a
        code on your phone, or a passkey.</p>` : null}
      <ul class="factor-list">${state.items.map((item) => row(item, removal(item), naming(item)))}</ul>
      ${place}
      <p class="actions">
        <button type="button" class="button" @click=${act(() => setUpApp(place, done))}>
          ${apps.length ? "Move to another phone" : "Set up an authenticator app"}</button>
        ${whyNoPasskeys() ? null : html`<button type="button" class="button"
          @click=${act(() => setUpPasskey(`Passkey ${keys.length + 1}`, done))}>Add a passkey</button>`}
      </p>
      ${whyNoPasskeys() ? html`<p class="quiet">${whyNoPasskeys()}</p>` : null}
      ${state.items.length ? codesPart(state, act, done) : null}
    </div></section>`;
}

function needTag(state) {
  if (state.items.length) return html`<span class="tag good">On</span>`;
  return state.isRequired ? html`<span class="tag warn">Needed for your role</span>`
    : html`<span class="tag">Off</span>`;
}

function row(item, onRemove, onName) {
  const used = item.usedAt ? `last used ${formatRecent(item.usedAt)}` : "not used yet";
  const name = item.boxName ? `${item.name}, for ${item.boxName}` : item.name;
  return html`<li><strong><bdi>${name}</bdi></strong>
    <span class="when">since ${formatRecent(item.createdAt)}, ${used}</span>
    <button type="button" class="button small" aria-label="Rename ${name}"
      @click=${(event) => onName(event.currentTarget.closest("li"))}>Rename</button>
    <button type="button" class="button small danger" aria-label="Remove ${name}"
      @click=${onRemove}>Remove</button></li>`;
}

/** A field for another name in the place of the line. */
function showNaming(line, item, act, done) {
  const form = element`<form class="factor-name" novalidate>
    <label for="name-${item.id}">Name of “${item.name}”</label>
    <input class="input" id="name-${item.id}" maxlength="128" value="${item.name}" autocomplete="off">
    <button type="submit" class="button small first">Keep the name</button></form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = form.querySelector("input").value.trim();
    act(async () => {
      await post(`/auth/factors/${encodeURIComponent(item.id)}/name`, { name });
      await done();
    })();
  });
  line.replaceChildren(form);
  form.querySelector("input").select();
}

function codesPart(state, act, done) {
  const left = state.recoveryCodesLeft;
  const run = act(async () => {
    const { recoveryCodes } = await post("/auth/factors/recovery-codes");
    await done(recoveryCodes);
  });
  return html`<h3>Recovery codes</h3>
    <p class="${left < 3 ? "message warn" : null}">${count(left, "code")} left. Each opens your account
      once when your phone or passkey is not at hand.</p>
    <p><button type="button" class="button" @click=${run}>Make ten new codes</button></p>`;
}

function pinCard(state, done) {
  if (!state.isPINAllowed) return null;
  const form = element`<form class="card" novalidate><header><h2>PIN</h2>
      <span class="tag ${state.hasPIN ? "good" : ""}">${state.hasPIN ? "On" : "Off"}</span></header>
    <div class="card-body factor-part"><div class="errors"></div>
      <p>With a PIN of six digits, a page that you left is locked instead of signed out, and the PIN
        opens it again on the same computer. Five wrong ones end the session.</p>
      <div class="field"><label for="new-pin">${state.hasPIN ? "Another PIN" : "PIN"}</label>
        <input class="input code-input" id="new-pin" type="password" inputmode="numeric" maxlength="6"
          autocomplete="off"></div>
      <p class="actions"><button type="submit" class="button">Set the PIN</button>
        ${state.hasPIN ? html`<button type="button" class="button danger" data-remove>
          Remove the PIN</button>` : null}</p></div></form>`;
  const input = form.querySelector("#new-pin");
  const act = async (run) => {
    try {
      await run();
      await done();
    } catch (error) {
      if (error.need === "fresh-proof") return;
      markField(input, error.message);
      showErrors(form.querySelector(".errors"), "The PIN is as before",
        [{ id: input.id, message: error.message }]);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => put("/auth/pin", { pin: input.value }));
  });
  form.querySelector("[data-remove]")?.addEventListener("click", () =>
    act(() => remove("/auth/pin")));
  return form;
}
