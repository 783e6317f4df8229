// web/pages/sign-in/sign-in.js - the way in; on a box that nobody has set up it says what to do.
import { markField, showErrors } from "../../elements/error-summary.js";
import { formatWait } from "../../lib/format.js";
import { html } from "../../lib/html.js";
import { post } from "../../lib/api.js";
import { usePasskey, whyNoPasskeys } from "../../lib/passkeys.js";
import { finishSignIn, session, signIn } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { showSecondStep } from "./second-step.js";

await addStyle("./sign-in.css", import.meta.url);

const endings = {
  "sign-out": ["good", "You are signed out."],
  idle: ["warn", "You were signed out because nobody used the page for a while. What was on the "
    + "screen has been taken away. Sign in to go on where you were."],
  expired: ["warn", "Your session has ended. Sign in to go on where you were."],
};

/** Opens the page. */
export function open(outlet) {
  const { box } = session.get();
  outlet.replaceChildren(box?.claimed === false ? unclaimed() : form(box));
  outlet.querySelector("#username")?.focus();
  return {};
}

function unclaimed() {
  return html`<div class="sign-in"><div class="sign-in-card">
    <h1>This box is not set up yet</h1>
    <p>Nobody can sign in before a clinic and its first administrator exist.</p>
    <p><a class="button first" href="/setup">Set it up</a></p>
    <p class="quiet"><a href="/help/setup">What is needed for that</a></p>
  </div></div>`;
}

function form(box) {
  const [tone, words] = endings[session.get().endedBecause] ?? [];
  const page = html`<div class="sign-in"><div class="sign-in-card">
    <p class="sign-in-product">Tribal EHR</p>
    <h1>${box?.clinicName || "Sign in"}</h1>
    <div class="errors">${words ? html`<p class="message ${tone}" role="status">${words}</p>` : null}
    </div>
    <form novalidate>
      <div class="field"><label for="username">User name</label>
        <input class="input" id="username" name="username" autocomplete="username" required
          autocapitalize="none" autocorrect="off" spellcheck="false"></div>
      <div class="field"><label for="password">Password</label>
        <div class="with-button">
          <input class="input" id="password" name="password" type="password" required
            autocomplete="current-password" aria-describedby="caps-hint">
          <button type="button" class="button small" aria-pressed="false"
            aria-label="Show the password">Show</button></div>
        <p class="hint caps" id="caps-hint" aria-live="polite"></p></div>
      <button type="submit" class="button first">Sign in</button>
    </form>
    ${whyNoPasskeys() ? null : html`<button type="button" class="button" data-alone>
      Sign in with a passkey</button>`}
    <p class="quiet">Password forgotten? <a href="/new-password">I have a code</a> from an
      administrator. <a href="/help/locked-out">What else to do</a>.</p>
  </div></div>`;
  wire(page);
  return page;
}

function wire(page) {
  const formNode = page.querySelector("form");
  const places = {
    form: formNode, errors: page.querySelector(".errors"),
    username: page.querySelector("#username"), password: page.querySelector("#password"),
    submit: page.querySelector("[type=submit]"),
  };
  const toggle = page.querySelector("[aria-pressed]");
  toggle.addEventListener("click", () => {
    const isShown = places.password.type === "password";
    places.password.type = isShown ? "text" : "password";
    toggle.setAttribute("aria-pressed", String(isShown));
    toggle.textContent = isShown ? "Hide" : "Show";
  });
  const caps = page.querySelector("#caps-hint");
  for (const kind of ["keydown", "keyup"]) {
    places.password.addEventListener(kind, (event) => {
      const words = event.getModifierState?.("CapsLock") ? "Caps Lock is on." : "";
      if (caps.textContent !== words) caps.textContent = words;
    });
  }
  page.querySelector("[data-alone]")?.addEventListener("click", () => signInAlone(places.errors));
  formNode.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(places);
  });
}

function secondStep(card, methods) {
  const outlet = card.closest("main");
  showSecondStep(card, methods, (message) => {
    open(outlet);
    if (message) showErrors(outlet.querySelector(".errors"), "You are not signed in", [{ message }]);
  });
}

async function signInAlone(errors) {
  try {
    const options = await post("/auth/passkey/options", {}, { isSignIn: true });
    await finishSignIn("/auth/passkey", await usePasskey(options));
  } catch (error) {
    showErrors(errors, "You are not signed in", [{ message: error.message }]);
  }
}

async function submit(places) {
  const { username, password, errors, submit: button } = places;
  const missing = [
    [username, "Enter your user name."], [password, "Enter your password."],
  ].filter(([input]) => !input.value.trim());
  for (const input of [username, password]) {
    markField(input, missing.find(([other]) => other === input)?.[1] ?? null);
  }
  if (missing.length) {
    showErrors(errors, "Sign-in is not complete",
      missing.map(([input, message]) => ({ id: input.id, message })));
    return;
  }
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = "Signing in…";
  try {
    const methods = await signIn(username.value.trim(), password.value);
    if (methods) secondStep(places.form.closest(".sign-in-card"), methods);
  } catch (error) {
    password.value = "";
    showErrors(errors, "You are not signed in", problemsOf(error));
  } finally {
    button.removeAttribute("aria-disabled");
    button.textContent = "Sign in";
  }
}

function problemsOf(error) {
  if (error.status === 429) {
    const wait = formatWait(error.retryAfterSeconds ?? 60);
    const details = error.details.map(({ message }) => ({ message })).filter(({ message }) => message);
    return [{ message: `Too many tries. Sign-in works again in ${wait}.` }, ...details,
      { message: "An administrator can unlock you sooner." }];
  }
  if (error.status === 401) {
    return [{ id: "username", message: error.message || "User name or password is not right." },
      { message: "The password field is empty again; type both anew." }];
  }
  return [{ message: error.message }];
}
