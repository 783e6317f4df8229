// web/pages/lock/lock.js - a session that nobody used, until the person's PIN.
import { markField, showErrors } from "../../elements/error-summary.js";
import { element, html } from "../../lib/html.js";
import { session, signOut, unlock } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("../sign-in/sign-in.css", import.meta.url);

/** Opens the page. */
export function open(outlet) {
  const { user } = session.get();
  const form = element`<form novalidate>
    <div class="errors"></div>
    <div class="field"><label for="pin">PIN</label>
      <input class="input code-input" id="pin" type="password" inputmode="numeric" maxlength="6"
        autocomplete="off"></div>
    <button type="submit" class="button first">Unlock</button>
    <button type="button" class="button" @click=${() => signOut()}>
      Not ${user?.displayName || user?.username}? Sign out</button></form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
  outlet.replaceChildren(html`<div class="sign-in"><div class="sign-in-card">
    <p class="sign-in-product">Locked</p><h1>${user?.displayName || user?.username}</h1>
    <p>Nobody used this page for a while, so it is locked. Your PIN opens it where you were.</p>
    ${form}</div></div>`);
  form.querySelector("#pin").focus();
  return {};
}

async function submit(form) {
  const pin = form.querySelector("#pin");
  const errors = form.querySelector(".errors");
  const fail = (message) => {
    pin.value = "";
    markField(pin, message);
    showErrors(errors, "Not unlocked", [{ id: pin.id, message }]);
  };
  if (!/^\d{6}$/.test(pin.value)) {
    fail("Type the six digits of your PIN.");
    return;
  }
  try {
    await unlock(pin.value);
  } catch (error) {
    fail(error.message);
  }
}
