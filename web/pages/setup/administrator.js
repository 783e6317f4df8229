// web/pages/setup/administrator.js - the third screen: who will be the first to sign in.
import { icon } from "../../elements/icon.js";
import { html } from "../../lib/html.js";
import { field, form } from "./form.js";

const typingPauseMs = 350;

/** Asks for the first administrator; says while the password is typed whether it will do. */
export function administratorScreen({ state, send, show, goTo }) {
  const kept = state.administrator ?? {};
  const body = html`<p>This person makes the accounts of all others and helps who is locked out. A
    second one should follow soon; the box reminds you.</p>
    ${form({
      fields: html`${field({
        id: "displayName", label: "Name, as others read it", isFirst: true, maxlength: "128",
        value: kept.displayName ?? "", autocomplete: "name", autocapitalize: "words",
      })}${field({
        id: "username", label: "User name for signing in", maxlength: "64",
        value: kept.username ?? "", autocomplete: "username", hint: "Such as ana.begay.",
      })}${passwordField(Boolean(state.administrator))}
      <label class="switch"><input type="checkbox" name="isClinician" ?checked=${kept.isClinician}>
        This person also works with charts as a clinician</label>`,
      submit: "Go on", busy: "Keeping it…", back: () => goTo("clinic"),
      send: async (values) => {
        const next = await send("administrator",
          { ...values, isClinician: values.isClinician === "on" });
        if (next) show(next, { step: "kit" });
      },
    })}`;
  watchPassword(body, send);
  return { title: "First administrator", body };
}

function passwordField(isKept) {
  return html`<div class="field"><label for="setup-password">Password</label>
    <div class="with-button"><input class="input" id="setup-password" name="password" type="password"
      autocomplete="new-password" required aria-describedby="setup-password-hint">
      <button type="button" class="button small" aria-pressed="false"
        aria-label="Show the password">Show</button></div>
    <p class="hint" id="setup-password-hint">${isKept
      ? "One was chosen already, and is not shown again. Type a password to go on; it takes its place. "
      : null}A few words that do not belong together are safe and easy to remember.</p>
    <p class="setup-judgement" role="status" aria-live="polite"></p></div>`;
}

function watchPassword(body, send) {
  const [password, toggle, judgement] = [
    "#setup-password", "[aria-pressed]", ".setup-judgement",
  ].map((selector) => body.querySelector(selector));
  const others = ["username", "displayName"].map((id) => body.querySelector(`#setup-${id}`));
  toggle.addEventListener("click", () => {
    const isShown = password.type === "password";
    password.type = isShown ? "text" : "password";
    toggle.setAttribute("aria-pressed", String(isShown));
    toggle.textContent = isShown ? "Hide" : "Show";
  });
  let timer = null;
  const judge = async () => {
    if (!password.value) return judgement.replaceChildren();
    const asked = password.value;
    const answer = await send("password-check", {
      password: asked, username: others[0].value, displayName: others[1].value,
    });
    if (!answer || password.value !== asked) return undefined;
    const isGood = answer.problems.length === 0;
    judgement.className = `setup-judgement ${isGood ? "is-good" : "is-bad"}`;
    return judgement.replaceChildren(html`${icon(isGood ? "check" : "cross")}
      ${isGood ? "This password will do." : answer.problems.join(" ")}`);
  };
  for (const input of [password, ...others]) {
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(judge, typingPauseMs);
    });
  }
}
