// web/pages/admin/subscriptions.js - which programs are told of changes, and how that goes.
import { adminFrame } from "../../elements/admin-nav.js";
import { askFirst } from "../../elements/confirm-dialog.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { count, formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { announce } from "./form.js";
import { listenerWords, stateWords } from "./subscription-words.js";

/** Opens the page. */
export function open(outlet) {
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/subscriptions", title: "Subscriptions",
      intro: "Programs that the box tells of changes by itself. A program makes its own subscription; "
        + "here you see how it goes, stop it, and start it again.",
      actions: html`<a class="button" href="/help/subscriptions">How to connect a program</a>` },
    body));
  const load = async () => {
    if (!body.firstChild) body.append(loadingNote("subscriptions"));
    try {
      show(body, await get("/subscriptions"), load);
    } catch (error) {
      body.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return {};
}

function show(body, { targets, items }, reload) {
  body.replaceChildren(targetCard(targets),
    ...items.length ? items.map((item) => card(item, reload))
      : [emptyNote("No program is told of changes yet.")]);
}

function targetCard(targets) {
  return element`<section class="card"><header><h2>Machines that the box may send to</h2>
      <a class="button small" href="/admin/settings#OUTGOING_HOSTS">Change in Settings</a></header>
    <div class="card-body">${targets.length
    ? html`<ul class="digits">${targets.map((one) => html`<li><bdi>${one}</bdi></li>`)}</ul>`
    : html`<p class="quiet">None. Until one is named, the box calls nobody.</p>`}</div></section>`;
}

function card(item, reload) {
  const place = element`<div class="errors" role="status"></div>`;
  const { label, kind, text } = stateWords(item);
  const act = (path, ask, done) => async (event) => {
    const button = event.currentTarget;
    if (ask && !await askFirst(ask)) return;
    button.disabled = true;
    try {
      const answer = await post(`/subscriptions/${encodeURIComponent(item.id)}/${path}`, {});
      await done(answer);
    } catch (error) {
      place.replaceChildren(failedNote(error, null));
    } finally {
      button.disabled = false;
    }
  };
  const again = (words) => () => {
    announce(words);
    return reload();
  };
  const off = html`<button type="button" class="button small danger" @click=${act("off", {
    title: "Stop telling this program?", button: "Stop", isDanger: true,
    text: "What changes while it is stopped is not told later.",
  }, again("Stopped."))}>Stop</button>`;
  const on = html`<button type="button" class="button small" @click=${act("on", null,
    again("Started."))}>Start</button>`;
  // What goes over a web socket is protected by its connection and not signed.
  const isSocket = item.channel === "websocket";
  const secret = isSocket ? null : html`<button type="button" class="button small" @click=${act("secret", null,
    ({ secret: words }) => place.replaceChildren(element`<p class="message">Signing secret, in
      hexadecimal: <code class="digits">${words}</code></p>`))}>Show signing secret</button>`;
  const isRunning = item.state === "active" || item.state === "requested";
  const line = (name, value) => (value ? html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>` : null);
  return element`<section class="card"><header><h2><bdi>${item.reason || item.criteria}</bdi>
      <span class="tag ${kind}">${label}</span></h2>${isRunning ? off : on}${secret}</header>
    <div class="card-body">${text ? html`<p>${text}</p>` : null}${place}<dl class="facts">
      ${line("Tells", isSocket ? listenerWords(item) : item.host)}${line("Of", item.criteria)}
      ${line("With the rights of", item.owner)}
      ${line("Told so far", count(item.delivered, "change"))}
      ${line("Not looked at yet", item.behind ? count(item.behind, "change") : "")}
      ${line("Last answer", item.lastAt ? formatRecent(item.lastAt) : "never")}
      ${line("Next try", item.nextAt ? formatRecent(item.nextAt) : "")}</dl></div></section>`;
}
