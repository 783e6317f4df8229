// web/elements/password-form.js - choosing another password.
import { post } from "../lib/api.js";
import { element } from "../lib/html.js";
import { session } from "../lib/session.js";
import { markField, showErrors } from "./error-summary.js";

/** Returns the form; `done` is called once the password is changed. */
export function passwordForm({ title = "Change your password", done = null } = {}) {
  const form = element`<form class="card" novalidate><header><h2>${title}</h2></header>
    <div class="card-body password-fields"><div class="errors"></div>
      <input type="text" autocomplete="username" name="username" hidden
        .value=${session.get().user?.username ?? ""}>
      <div class="field"><label for="current">Current password</label>
        <input class="input" id="current" type="password" autocomplete="current-password"></div>
      <div class="field"><label for="new">New password</label>
        <p class="hint" id="new-hint">A long one is a good one: four or five unrelated words.
          Pasting from a password keeper works.</p>
        <input class="input" id="new" type="password" autocomplete="new-password"
          aria-describedby="new-hint"></div>
      <p><button type="submit" class="button first">Change the password</button></p></div></form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    changePassword(form, done);
  });
  return form;
}

async function changePassword(form, done) {
  const current = form.querySelector("#current");
  const wanted = form.querySelector("#new");
  const errors = form.querySelector(".errors");
  const show = (problems) => {
    for (const input of [current, wanted]) {
      markField(input, problems.find(({ id }) => id === input.id)?.message ?? null);
    }
    showErrors(errors, "The password is not changed", problems);
  };
  const missing = [[current, "Enter the password that you use now."],
    [wanted, "Enter the password that you want."]].filter(([input]) => !input.value);
  if (missing.length) {
    show(missing.map(([input, message]) => ({ id: input.id, message })));
    return;
  }
  try {
    await post("/auth/password", { current: current.value, new: wanted.value });
    form.reset();
    [current, wanted].forEach((input) => markField(input, null));
    errors.replaceChildren(element`<p class="message good" role="status">The password is changed.</p>`);
    await done?.();
  } catch (error) {
    const known = (error.details ?? []).filter(({ message }) => message)
      .map(({ location, message }) => ({ id: ["current", "new"].includes(location) ? location : undefined, message }));
    show(known.length ? known : [{ message: error.message }]);
  }
}
