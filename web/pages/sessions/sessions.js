// web/pages/sessions/sessions.js - how one signs in, and where one is signed in.
import { showCodes } from "../../elements/code-sheet.js";
import { factorCards } from "../../elements/factor-parts.js";
import { passwordForm } from "../../elements/password-form.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, remove } from "../../lib/api.js";
import { count, formatAgent, formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { may, session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("./sessions.css", import.meta.url);

/** Opens the page. */
export function open(outlet) {
  const own = element`<div class="place"></div>`;
  const all = element`<div class="place"></div>`;
  outlet.replaceChildren(html`<div class="page sessions">
    <div class="page-head"><h1>Your sign-in</h1>
      <p>How you sign in, and where you are signed in.</p></div>
    ${graceNote()}
    ${factorCards({ reopen: () => open(outlet),
      showCodes: (codes) => showCodes(outlet, codes, () => open(outlet)) })}
    ${passwordForm()}
    <section class="card"><header><h2>Your sessions</h2>
      <button type="button" class="button small" data-others>End all others</button></header>
      <div class="card-body"><p>Each row is a browser or program that is signed in. End what you do not
        know, then change the password.</p></div>${own}</section>
    ${may("sessions.readAll") ? html`<section class="card"><header><h2>Everybody's sessions</h2>
      </header>${all}</section>` : null}
  </div>`);
  const places = [{ place: own, path: "/sessions" }];
  if (may("sessions.readAll")) places.push({ place: all, path: "/sessions?all=true", isAll: true });
  const reload = () => places.forEach((part) => load(part, reload));
  reload();
  outlet.querySelector("[data-others]").addEventListener("click", () => endOthers(own, reload));
  return {};
}

function graceNote() {
  const { factorDueAt } = session.get();
  if (!factorDueAt) return null;
  return html`<p class="message warn">Your role needs a second factor. Set one up before
    ${formatRecent(factorDueAt)}; from then on nothing else works before it is done.</p>`;
}

async function endOthers(place, reload) {
  try {
    const { ended } = await post("/sessions/end-others");
    document.getElementById("announcements").textContent = `${count(ended, "session")} ended.`;
    reload();
  } catch (error) {
    place.append(failedNote(error, null));
  }
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
    <td>${program}${item.isLocked ? html` <span class="tag">Locked</span>` : null}</td>
    <td class="digits">${item.address ?? ""}</td>
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
