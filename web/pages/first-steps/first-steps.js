// web/pages/first-steps/first-steps.js - what a person has to do before anything else.
import { factorChoice } from "../../elements/app-setup.js";
import { showCodes } from "../../elements/code-sheet.js";
import { passwordForm } from "../../elements/password-form.js";
import { html } from "../../lib/html.js";
import { loadSession, session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";

await Promise.all([
  addStyle("./first-steps.css", import.meta.url),
  addStyle("../../elements/app-setup.css", import.meta.url),
]);

/** Opens the page. */
export function open(outlet) {
  show(outlet);
  return {};
}

function show(outlet) {
  const { next } = session.get();
  if (next === "change-password") {
    outlet.replaceChildren(html`<div class="page first-steps">
      <div class="page-head"><h1>Choose a password of your own</h1>
        <p>The password that you were given is for the first sign-in only. Nobody else knows the one
          that you choose now.</p></div>
      ${passwordForm({ title: "Your password", done: loadSession })}</div>`);
    return;
  }
  const done = (codes) => {
    if (codes.length === 0) return loadSession();
    return showCodes(outlet, codes, () => loadSession());
  };
  outlet.replaceChildren(html`<div class="page first-steps">
    <div class="page-head"><h1>Set up a second factor</h1>
      <p>Your role reaches charts or the box itself, so a password alone is not enough: it can be seen,
        guessed or told. Beside it, you show something that only you have. It takes two minutes, and
        you do it once. <a href="/help/second-factor">More about it</a>.</p></div>
    <section class="card"><div class="card-body">${factorChoice(done)}</div></section></div>`);
}
