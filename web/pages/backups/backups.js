// web/pages/backups/backups.js - whether the record is safe, where copies lie, and trying them out.
import { adminFrame } from "../../elements/admin-nav.js";
import { forgetBackupLine, levelWords } from "../../elements/backup-line.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { count, formatDateTime, formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { drillCard } from "./drill.js";
import { placesCard } from "./places.js";
import { activityWords, causeWords, formatBytes, formatReasons, formatSpan } from "./words.js";

await addStyle("./backups.css", import.meta.url);

const busyPauseMs = 1_000;
const calmPauseMs = 30_000;

/** Opens the page. */
export function open(outlet) {
  const page = {
    status: element`<div class="status"></div>`, places: element`<div></div>`,
    list: element`<div></div>`, drill: element`<div></div>`, isOpen: true, timer: null, shown: "",
    mayChange: session.get().user?.roles.includes("SYSTEM_ADMIN") ?? false,
  };
  page.reload = () => load(page);
  const intro = html`A backup counts once the box restored it for a try and found everything right.
    <a href="/help/backups">What to do when this is red</a>`;
  outlet.replaceChildren(adminFrame({ path: "/admin/backups", title: "Backups", intro },
    element`<div class="backups">${page.status}${page.places}${page.list}${page.drill}</div>`));
  load(page);
  return { close() {
    page.isOpen = false;
    clearTimeout(page.timer);
    forgetBackupLine();
  } };
}

async function load(page) {
  clearTimeout(page.timer);
  if (!page.status.firstChild) page.status.append(loadingNote("backups"));
  try {
    const answer = await get("/backups");
    if (!page.isOpen) return;
    show(page, answer);
    page.timer = setTimeout(page.reload,
      answer.activity || answer.waiting ? busyPauseMs : calmPauseMs);
  } catch (error) {
    if (!page.isOpen) return;
    page.status.replaceChildren(failedNote(error, page.reload));
  }
}

// The forms keep what a person types; only what changed is drawn again.
function show(page, answer) {
  showStatus(page, answer);
  const now = JSON.stringify([answer.backups, answer.places, answer.hold, answer.settings]);
  if (!page.drill.firstChild) page.drill.append(drillCard(page));
  page.drill.firstChild.showLast(answer.lastDrillAt);
  if (now === page.shown) return;
  page.shown = now;
  keepFocus(() => {
    if (page.places.firstChild) page.places.firstChild.showPlaces(answer.places);
    else page.places.append(placesCard(page, answer.places));
    page.list.replaceChildren(listCard(page, answer));
  });
}

function keepFocus(draw) {
  const key = document.activeElement?.dataset?.key;
  draw();
  if (key && document.activeElement === document.body) {
    document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }
}

function showStatus(page, answer) {
  const [tone, title] = levelWords(answer.level);
  const going = activityWords(answer.activity);
  const isBusy = Boolean(answer.activity) || answer.waiting > 0;
  const button = element`<button type="button" class="button first" data-key="make" ?disabled=${isBusy}
    @click=${(event) => act(page, event.currentTarget, "/backups")}>Make one now</button>`;
  keepFocus(() => page.status.replaceChildren(html`<section class="message ${tone}" aria-label="How the backups stand">
      <h2>${title}</h2><p>${answer.line}</p>
      ${answer.faults.length ? html`<ul class="faults">${answer.faults.map(({ sentence }) => html`
        <li><bdi>${sentence}</bdi></li>`)}</ul>` : null}
      ${answer.isClockTrusted || !page.mayChange ? null : clockButton(page)}</section>
    <div class="now">${page.mayChange ? button
    : html`<p class="quiet">Only a system administrator makes and tries backups.</p>`}
      <p role="status" class="going">${going
        ?? (answer.waiting ? "It begins in a moment…" : answer.lastResult ?? "")}</p>
      ${answer.activity ? html`<progress max="100" value="${answer.activity.percent}"
        aria-label="How far it is"></progress>` : null}</div>
    <div class="errors"></div>`));
}

function clockButton(page) {
  return html`<p><button type="button" class="button small" data-key="clock"
    @click=${(event) => act(page, event.currentTarget, "/backups/clock")}>The clock is right now:
    ${formatDateTime(new Date().toISOString())}</button></p>`;
}

/** Asks the box for something and shows the page again. */
async function act(page, button, path) {
  button.disabled = true;
  try {
    await post(path);
    await load(page);
  } catch (error) {
    button.disabled = false;
    page.status.querySelector(".errors").replaceChildren(failedNote(error, null));
  }
}

function listCard(page, answer) {
  const { settings } = answer;
  const disk = answer.disk
    ? html`<span class="quiet">${formatBytes(answer.disk.freeBytes)} of
        ${formatBytes(answer.disk.allBytes)} free</span>`
    : null;
  const hold = answer.hold === "few-proven"
    ? html`<p>Nothing is deleted until three backups are proven.</p>` : null;
  return element`<section class="card"><header><h2>Backups</h2>${disk}</header>
    <div class="card-body"><p>One every ${count(settings.everyMinutes, "minute")}. Kept are the newest of
      ${count(settings.hourly, "hour")}, ${count(settings.daily, "day")}, ${count(settings.weekly, "week")}
      and ${count(settings.monthly, "month")}.
      <a href="/admin/backups/kept">See what would be there on any day</a> ·
      <a href="/admin/settings">Change it</a></p>${hold}</div>
    ${answer.backups.length === 0
    ? html`<div class="card-body">
        ${emptyNote("No backup was made yet. The first one is made within a minute.")}</div>`
    : table(page, answer.backups)}</section>`;
}

function table(page, backups) {
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="Backups, newest first">
    <table class="table"><thead><tr><th scope="col">Made</th><th scope="col">Size</th>
      <th scope="col">Proof</th><th scope="col">Where</th><th scope="col">Kept as</th>
      <th scope="col">Acts</th></tr></thead>
    <tbody>${backups.map((one) => row(page, one))}</tbody></table></div>`;
}

function row(page, one) {
  const where = [one.isOnBox ? "this box" : null, ...one.places].filter(Boolean).join(", ");
  const acts = page.mayChange && one.isOnBox ? html`
    <button type="button" class="button small" data-key="prove-${one.id}"
      aria-label="Prove now the backup of ${formatRecent(one.at)}"
      @click=${(event) => act(page, event.currentTarget, `/backups/${one.id}/proof`)}>Prove now</button>
    <a class="button small" href="/api/v1/backups/${one.id}/file" download data-key="file-${one.id}"
      aria-label="Download the backup of ${formatRecent(one.at)}">Download</a>` : null;
  return html`<tr><th scope="row" class="nowrap">${formatRecent(one.at)}
      <div class="quiet">${causeWords.get(one.cause) ?? one.cause}</div></th>
    <td class="nowrap">${formatBytes(one.bytes)}</td><td>${proof(one)}</td><td><bdi>${where}</bdi></td>
    <td>${formatReasons(one.keptBecause)}</td><td class="nowrap acts">${acts}</td></tr>`;
}

function proof(one) {
  if (one.state === "proven") {
    return html`<span class="tag good">proven</span>
      <div class="quiet">${formatRecent(one.triedAt)}, restored in ${formatSpan(one.proofMs)}</div>`;
  }
  if (one.state === "failed") {
    return html`<span class="tag danger">not restorable</span><div><bdi>${one.fault}</bdi></div>`;
  }
  return html`<span class="tag">not tried yet</span>`;
}
