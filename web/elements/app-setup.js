// web/elements/app-setup.js - setting up an authenticator app or a passkey.
import { post } from "../lib/api.js";
import { element, html, svg } from "../lib/html.js";
import { createPasskey, whyNoPasskeys } from "../lib/passkeys.js";
import { markField, showErrors } from "./error-summary.js";

/** Shows the steps of setting up an app in `place`; `done` gets the recovery codes. */
export async function setUpApp(place, done) {
  const started = await post("/auth/factors/app");
  const form = element`<form class="app-setup" novalidate>
    <div class="errors"></div>
    <ol class="steps">
      <li>Open an authenticator app on your phone, such as the one of your phone's maker. Any app that
        shows codes of six digits works, and it needs no network.</li>
      <li>Scan this picture with the app.
        ${picture(started.picture ?? [])}
        <details><summary>The camera does not work</summary>
          <p>Type this key into the app by hand:</p>
          <p><code class="app-key">${started.key}</code></p></details></li>
      <li><div class="field"><label for="app-code">Type the code that the app shows now</label>
        <input class="input code-input" id="app-code" inputmode="numeric" maxlength="7"
          autocomplete="one-time-code" spellcheck="false"></div></li>
    </ol>
    <p><button type="submit" class="button first">Turn it on</button></p></form>`;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await confirm(form, done);
  });
  place.replaceChildren(form);
  form.querySelector("#app-code").focus();
}

async function confirm(form, done) {
  const input = form.querySelector("#app-code");
  const errors = form.querySelector(".errors");
  if (!input.value.trim()) {
    markField(input, "Type the six digits.");
    showErrors(errors, "The app is not on yet", [{ id: input.id, message: "Type the six digits." }]);
    return;
  }
  try {
    const answer = await post("/auth/factors/app/confirm", { code: input.value });
    await done(answer.recoveryCodes);
  } catch (error) {
    input.value = "";
    markField(input, error.message);
    showErrors(errors, "The app is not on yet", [{ id: input.id, message: error.message }]);
  }
}

/** Sets a passkey up; `done` gets the recovery codes. Throws an error that is fit to be shown. */
export async function setUpPasskey(name, done) {
  const options = await post("/auth/factors/passkeys/options");
  const made = await createPasskey(options);
  const answer = await post("/auth/factors/passkeys", { name, ...made });
  await done(answer.recoveryCodes);
}

/** The choice between the ways, for a person who has none yet. */
export function factorChoice(done) {
  const why = whyNoPasskeys();
  const place = element`<div class="factor-choice"></div>`;
  const errors = element`<div class="errors"></div>`;
  const fail = (error) => showErrors(errors, "Not set up", [{ message: error.message }]);
  const app = element`<button type="button" class="button first">Use an authenticator app</button>`;
  app.addEventListener("click", () => setUpApp(place, done).catch(fail));
  const key = element`<button type="button" class="button">Use a passkey</button>`;
  key.addEventListener("click", () => setUpPasskey("Passkey", done).catch(fail));
  place.append(element`<div class="choices">
    <div><h2>Authenticator app</h2><p>A phone shows a code of six digits that you type after your
      password. Works on every computer.</p>${app}</div>
    <div><h2>Passkey</h2><p>Your finger, face or a key on a USB stick stands for the code. Quicker, and
      nobody can talk you out of it.</p>
      ${why ? html`<p class="quiet">${why}</p>` : key}</div></div>`);
  return element`<div>${errors}${place}</div>`;
}

function picture(rows) {
  if (rows.length === 0) return null;
  const side = rows.length + 8;
  let path = "";
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x += 1) if (row[x] === "1") path += `M${x + 4} ${y + 4}h1v1h-1z`;
  }
  return svg("svg", { viewBox: `0 0 ${side} ${side}`, class: "qr", role: "img",
    "aria-label": "Picture for the authenticator app" },
  svg("rect", { width: side, height: side, fill: "#fff" }), svg("path", { d: path, fill: "#000" }));
}
