// web/pages/admin/user-acts.js - what can be done to an account, and what is known about it.
import { askFirst } from "../../elements/confirm-dialog.js";
import { failedNote } from "../../elements/state-note.js";
import { get, post, remove } from "../../lib/api.js";
import { count, formatDateTime, formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { announce, doneNote } from "./form.js";
import { userStates } from "./words.js";

/** Returns what is known about an account. */
export function factsCard(user) {
  const facts = [
    ["State", userStates(user).map(({ word }) => word).join(", ")],
    ["Locked until", user.lockedUntil ? formatDateTime(user.lockedUntil) : null],
    ["Last used", user.lastUsedAt ? formatRecent(user.lastUsedAt) : "Never"],
    ["Signed in now", user.sessions ? count(user.sessions, "session") : "No"],
    ["Second factor", user.hasFactor ? "Yes" : "No"],
    ["Account made", formatDateTime(user.createdAt)],
    ["Password chosen", formatDateTime(user.passwordChangedAt)],
  ].filter(([, value]) => value);
  return element`<section class="card"><h2>About the account</h2><div class="card-body">
    <dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    </div></section>`;
}

/** Returns the note that shows a temporary password, this once. */
export function passwordNote(user, title) {
  const secret = element`<p class="secret">${user.temporaryPassword}</p>`;
  const copy = async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(user.temporaryPassword);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(secret);
      button.textContent = "Selected: press Ctrl+C";
    }
  };
  return element`<div class="message good" tabindex="-1" role="status"><h2>${title}</h2>
    <p>The temporary password of <strong>${user.username}</strong>. It is shown this once. Hand it
      over in person; it must be changed at the first sign-in.</p>
    ${secret}<p class="no-print"><button type="button" class="button small" @click=${copy}>Copy</button></p>
    </div>`;
}

/** Returns the card of acts; `done(user, note)` is called after each. */
export function actsCard(user, isOwn, done) {
  const place = element`<div class="errors"></div>`;
  const act = ({ label, what, path, ask, isDanger, isShown = true }) => isShown ? html`<tr>
    <td>${what}</td><td class="end"><button type="button" class="button ${isDanger ? "danger" : ""}"
      @click=${(event) => run(event, { path, ask, user, place, done })}>${label}</button></td></tr>` : null;
  const name = user.displayName;
  const acts = [
    { label: "Unlock", path: "unlock", isShown: Boolean(user.lockedUntil),
      what: "Too many wrong passwords have locked the account. Make sure that it was the person." },
    { label: "Make a code", path: "password-code", isShown: !isOwn && !user.isDisabled,
      what: "Password forgotten: makes a code with which the person chooses another password. The "
        + "present one holds until then." },
    { label: "Reset the second factor", path: "factor-reset",
      isShown: !isOwn && !user.isDisabled && user.hasFactor,
      what: "Phone or passkey lost: makes a code that stands in for it once. The person then sets up "
        + "another one.",
      ask: { title: `Reset the second factor of ${name}?`, button: "Make the code",
        text: "Make sure that it is really the person who asks: see them, or call a number that you "
          + "know. All administrators are told." } },
    { label: "Make a temporary password", path: "reset-password", isShown: !isOwn && !user.isDisabled,
      what: "Makes a temporary password that you hand over, and ends all sessions.",
      ask: { title: `Make a temporary password for ${name}?`, button: "Make the password",
        text: "The present password stops working at once and all sessions end." } },
    { label: "End all sessions", path: "sessions", isShown: user.sessions > 0 && !isOwn,
      what: "Signs the person out everywhere. They can sign in again.",
      ask: { title: `End all sessions of ${name}?`, button: "End the sessions",
        text: "What the person has typed and not saved is lost." } },
    { label: "Close the account", path: "disable", isDanger: true, isShown: !user.isDisabled && !isOwn,
      what: "For people who left. Ends all sessions at once; what they wrote stays in the charts.",
      ask: { title: `Close the account of ${name}?`, button: "Close the account", isDanger: true,
        text: "All sessions end at once and nobody can sign in with this name." } },
    { label: "Open the account again", path: "enable", isShown: user.isDisabled,
      what: "Lets the person sign in again with the password that they had." },
  ];
  const rows = acts.map(act).filter(Boolean);
  return element`<section class="card"><h2>Help and close</h2>
    ${place}
    ${rows.length ? html`<table class="table"><caption class="seen-by-readers-only">What can be done
      </caption><thead class="seen-by-readers-only"><tr><th scope="col">What it does</th>
      <th scope="col">Button</th></tr></thead><tbody>${rows}</tbody></table>`
    : html`<p class="card-body quiet">This is your own account. Change your password on the page
      <a href="/sessions">Your sign-in</a>.</p>`}</section>`;
}

/** The note that shows a code, this once; without one, that a second administrator is needed. */
function codeNote(user, path, answer) {
  if (answer.isWaiting) {
    return element`<div class="message warn" tabindex="-1" role="status">
      <h2>Another administrator has to agree</h2>
      <p>${user.displayName} is the last SYSTEM_ADMIN, so this takes two persons. Ask another
        administrator to press the same button within a day.</p></div>`;
  }
  const how = path === "password-code"
    ? "Choose “I have a code” at the sign-in, and then another password."
    : "Type it after the password, in place of the code of the app.";
  return element`<div class="message good" tabindex="-1" role="status"><h2>A code was made</h2>
    <p>For <strong>${user.username}</strong>, until ${formatDateTime(answer.expiresAt)}, once. Hand it over
      in person. ${how}</p>
    <p class="secret">${answer.code}</p></div>`;
}

async function run(event, { path, ask, user, place, done }) {
  const button = event.currentTarget;
  if (ask && !await askFirst(ask)) return;
  button.disabled = true;
  const address = `/users/${user.id}/${path}`;
  try {
    if (path === "password-code" || path === "factor-reset") {
      done(user, codeNote(user, path, await post(address)));
      return;
    }
    const changed = path === "sessions"
      ? await remove(address).then(() => get(`/users/${user.id}`)) : await post(address);
    announce("Done.");
    done(changed, changed.temporaryPassword
      ? passwordNote(changed, "Another password was made.") : doneNote(doneWords[path]));
  } catch (error) {
    button.disabled = false;
    place.replaceChildren(failedNote(error, null));
  }
}

const doneWords = {
  unlock: "The account is unlocked.", sessions: "All sessions have ended.",
  disable: "The account is closed. All its sessions have ended.",
  enable: "The account is open again.",
};
