// web/pages/new-password/new-password.js - another password for a code of an administrator.
import { markField, showErrors } from "../../elements/error-summary.js";
import { post } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("../sign-in/sign-in.css", import.meta.url);

const fields = [
  ["username", "Enter your user name."], ["code", "Enter the code that you were given."],
  ["new", "Enter the password that you want."],
];

/** Opens the page. */
export function open(outlet) {
  const form = element`<form novalidate>
    <div class="errors"></div>
    <div class="field"><label for="username">User name</label>
      <input class="input" id="username" autocomplete="username" autocapitalize="none"
        autocorrect="off" spellcheck="false"></div>
    <div class="field"><label for="code">Code from your administrator</label>
      <input class="input code-input" id="code" autocomplete="off" autocapitalize="characters"
        spellcheck="false" placeholder="ABCD-EFGH-…"></div>
    <div class="field"><label for="new">New password</label>
      <p class="hint" id="new-hint">Four or five unrelated words are easy to keep in mind and hard to
        guess. Only you will know it.</p>
      <input class="input" id="new" type="password" autocomplete="new-password"
        aria-describedby="new-hint"></div>
    <button type="submit" class="button first">Use this password</button></form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form, outlet);
  });
  outlet.replaceChildren(card(html`<p>An administrator of your clinic gives you a code when you have
    forgotten your password. It holds for an hour.</p>${form}
    <p class="quiet"><a href="/sign-in">Back to the sign-in</a></p>`));
  form.querySelector("#username").focus();
  return {};
}

const card = (content) => html`<div class="sign-in"><div class="sign-in-card">
  <h1>Choose another password</h1>${content}</div></div>`;

async function submit(form, outlet) {
  const input = (id) => form.querySelector(`#${id}`);
  const show = (problems) => {
    for (const [id] of fields) {
      markField(input(id), problems.find((one) => one.id === id)?.message ?? null);
    }
    showErrors(form.querySelector(".errors"), "The password is not changed", problems);
  };
  const missing = fields.filter(([id]) => !input(id).value.trim());
  if (missing.length) {
    show(missing.map(([id, message]) => ({ id, message })));
    return;
  }
  try {
    await post("/auth/password-code", {
      username: input("username").value.trim(), code: input("code").value, new: input("new").value,
    }, { isSignIn: true });
    outlet.replaceChildren(card(html`<p class="message good" role="status">The password is changed.</p>
      <p><a class="button first" href="/sign-in">Sign in</a></p>`));
    outlet.querySelector("a").focus();
  } catch (error) {
    const known = error.details.some(({ location }) => location === "new");
    show([{ id: known ? "new" : undefined, message: error.message }]);
  }
}
