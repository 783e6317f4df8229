// web/pages/sessions/sessions.js - where one is signed in, and one's own password.
import { markField, showErrors } from "../../elements/error-summary.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, remove } from "../../lib/api.js";
import { formatAgent, formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { may, session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("./sessions.css", import.meta.url);

/** Opens the page. */
export function open(outlet) {
  const own = element`<div class="place"></div>`;
  const all = element`<div class="place"></div>`;
  outlet.replaceChildren(html`<div class="page sessions">
    <div class="page-head"><h1>Sessions and password</h1>
      <p>Each row is a browser or program that is signed in. End what you do not know, then change
        the password.</p></div>
    <section class="card"><header><h2>Your sessions</h2></header>${own}</section>
    ${may("sessions.readAll") ? html`<section class="card"><header><h2>Everybody's sessions</h2>
      </header>${all}</section>` : null}
    ${passwordForm()}
  </div>`);
  const places = [{ place: own, path: "/sessions" }];
  if (may("sessions.readAll")) places.push({ place: all, path: "/sessions?all=true", isAll: true });
  const reload = () => places.forEach((part) => load(part, reload));
  reload();
  return {};
}

async function load({ place, path, isAll }, reload) {
  if (!place.firstChild) place.append(element`<div class="card-body">${loadingNote("sessions")}</div>`);
  try {
    const { items } = await get(path);
    place.replaceChildren(table(items, isAll, reload));
  } catch (error) {
    place.replaceChildren(element`<div class="card-body">${failedNote(error, reload)}</div>`);
  }
}

function table(items, isAll, reload) {
  const label = isAll ? "Everybody's sessions" : "Your sessions";
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="${label}">
    <table class="table"><thead><tr>
      ${isAll ? html`<th scope="col">Person</th>` : null}<th scope="col">Program</th>
      <th scope="col">Address</th><th scope="col">Signed in</th><th scope="col">Last used</th>
      <th scope="col"><span class="seen-by-readers-only">End</span></th></tr></thead>
    <tbody>${items.map((item) => row(item, isAll, reload))}</tbody></table></div>`;
}

function row(item, isAll, reload) {
  const program = formatAgent(item.agent);
  const whose = isAll ? `${item.displayName || item.username}, ${program}` : program;
  const end = item.isCurrent ? html`<span class="tag good">This one</span>`
    : html`<button type="button" class="button small danger" aria-label="End the session of ${whose}"
        @click=${(event) => endSession(event, item, reload)}>End</button>`;
  return html`<tr>
    ${isAll ? html`<th scope="row"><bdi>${item.displayName || item.username}</bdi></th>` : null}
    <td>${program}</td><td class="digits">${item.address ?? ""}</td>
    <td class="nowrap">${formatRecent(item.createdAt)}</td>
    <td class="nowrap">${formatRecent(item.lastSeenAt)}</td><td class="end">${end}</td></tr>`;
}

async function endSession(event, item, reload) {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    await remove(`/sessions/${encodeURIComponent(item.id)}`);
    document.getElementById("announcements").textContent = "The session has ended.";
    reload();
  } catch (error) {
    button.disabled = false;
    button.closest(".place").append(failedNote(error, null));
  }
}

function passwordForm() {
  const form = element`<form class="card" novalidate><header><h2>Change your password</h2></header>
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
    changePassword(form);
  });
  return form;
}

async function changePassword(form) {
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
  } catch (error) {
    const known = error.details.filter(({ message }) => message)
      .map(({ location, message }) => ({ id: ["current", "new"].includes(location) ? location : undefined, message }));
    show(known.length ? known : [{ message: error.message }]);
  }
}
