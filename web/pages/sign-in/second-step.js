// web/pages/sign-in/second-step.js - the second factor, after the password was right.
import { markField, showErrors } from "../../elements/error-summary.js";
import { post } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";
import { usePasskey, whyNoPasskeys } from "../../lib/passkeys.js";
import { finishSignIn } from "../../lib/session.js";

/** Shows the second step in `card`; `back` starts anew. */
export function showSecondStep(card, methods, back) {
  const errors = element`<div class="errors"></div>`;
  const hasApp = methods.includes("totp");
  const hasPasskey = methods.includes("passkey") && !whyNoPasskeys();
  card.replaceChildren(html`<h1>One more step</h1>${errors}
    ${hasPasskey ? passkeyPart(errors, back) : null}
    ${codePart(errors, hasApp, back)}
    <p class="quiet">Phone or passkey lost? Type one of your recovery codes in place of the code, or ask
      an administrator for one. <a href="/help/second-factor">What to do</a>.</p>
    <p><button type="button" class="link-button" @click=${() => back(null)}>
      Sign in as somebody else</button></p>`);
  card.querySelector(hasApp || !hasPasskey ? "#code" : "[data-passkey]").focus();
}

function passkeyPart(errors, back) {
  const button = element`<button type="button" class="button ${"first"}" data-passkey>
    Use your passkey</button>`;
  button.addEventListener("click", async () => {
    try {
      const options = await post("/auth/factor/options", {}, { isSignIn: true });
      const answer = await usePasskey(options);
      await finishSignIn("/auth/factor/passkey", answer);
    } catch (error) {
      if (error.status === 401) back(error.message);
      else showErrors(errors, "You are not signed in", [{ message: error.message }]);
    }
  });
  return button;
}

function codePart(errors, hasApp, back) {
  const label = hasApp ? "Code from your authenticator app" : "Recovery code";
  const form = element`<form novalidate><div class="field"><label for="code">${label}</label>
    <input class="input code-input" id="code" autocomplete="one-time-code" autocapitalize="characters"
      inputmode="${hasApp ? "numeric" : "text"}" spellcheck="false"></div>
    <button type="submit" class="button first">Go on</button>
    ${hasApp ? otherCode() : null}</form>`;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = form.querySelector("#code");
    const fail = (message) => {
      input.value = "";
      markField(input, message);
      showErrors(errors, "You are not signed in", [{ id: input.id, message }]);
    };
    if (!input.value.trim()) {
      fail("Type the code.");
      return;
    }
    try {
      await finishSignIn("/auth/factor", { code: input.value });
    } catch (error) {
      if (error.status === 401) back(error.message);
      else fail(error.message);
    }
  });
  return form;
}

function otherCode() {
  return html`<button type="button" class="link-button" @click=${(event) => {
    const form = event.target.closest("form");
    const input = form.querySelector("#code");
    form.querySelector("label").textContent = "Recovery code, or code from an administrator";
    input.inputMode = "text";
    input.focus();
    event.target.remove();
  }}>Use a recovery code</button>`;
}
