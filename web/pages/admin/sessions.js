// web/pages/admin/sessions.js - who is signed in where, by person.
import { adminFrame } from "../../elements/admin-nav.js";
import { askFirst } from "../../elements/confirm-dialog.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, remove } from "../../lib/api.js";
import { count, formatAgent, formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { announce } from "./form.js";
import { byPerson } from "./grouping.js";

/** Opens the page. */
export function open(outlet) {
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/sessions", title: "Sessions",
      intro: "Everybody who is signed in, the one used last first. Ending a session signs that "
        + "browser out at once." }, body));
  const load = async () => {
    if (!body.firstChild) body.append(loadingNote("sessions"));
    try {
      show(body, (await get("/sessions?all=true")).items, load);
    } catch (error) {
      body.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return {};
}

function show(body, items, reload) {
  const people = byPerson(items);
  body.replaceChildren(
    element`<p class="quiet" role="status">${count(items.length, "session")} of
      ${count(people.length, "person", "people")}</p>`,
    ...people.map((person) => personCard(person, reload)));
  if (!people.length) body.append(emptyNote("Nobody is signed in."));
}

function personCard({ name, username, userId, sessions }, reload) {
  const place = element`<div class="errors"></div>`;
  const others = sessions.filter(({ isCurrent }) => !isCurrent);
  const isOwn = others.length !== sessions.length;
  const end = (path, ask) => async (event) => {
    const button = event.currentTarget;
    if (ask && !await askFirst(ask)) return;
    button.disabled = true;
    try {
      await remove(path);
      announce("Ended.");
      reload();
    } catch (error) {
      button.disabled = false;
      place.replaceChildren(failedNote(error, null));
    }
  };
  const endAll = !isOwn && sessions.length > 1 ? html`<button type="button" class="button small danger"
    @click=${end(`/users/${userId}/sessions`, { title: `End all sessions of ${name}?`,
    text: "What the person has typed and not saved is lost.", button: "End all", isDanger: true })}>
    End all ${sessions.length}</button>` : null;
  const row = (one) => html`<tr><th scope="row">${formatAgent(one.agent)}</th>
    <td class="digits">${one.address}</td><td class="nowrap">${formatRecent(one.createdAt)}</td>
    <td class="nowrap">${formatRecent(one.lastSeenAt)}</td>
    <td class="end">${one.isCurrent ? html`<span class="tag good">This one</span>`
    : html`<button type="button" class="button small danger"
      aria-label="End the session of ${name}, ${formatAgent(one.agent)}"
      @click=${end(`/sessions/${encodeURIComponent(one.id)}`)}>End</button>`}</td></tr>`;
  return element`<section class="card"><header><h2><bdi>${name}</bdi>
      <span class="quiet">${username}</span></h2>${endAll}</header>${place}
    <div class="table-frame"><table class="table">
      <caption class="seen-by-readers-only">Sessions of ${name}</caption><thead><tr>
      <th scope="col">Program</th><th scope="col">Address</th><th scope="col">Signed in</th>
      <th scope="col">Last used</th><th scope="col"><span class="seen-by-readers-only">End</span></th>
      </tr></thead><tbody>${sessions.map(row)}</tbody></table></div></section>`;
}
