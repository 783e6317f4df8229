// web/pages/notices/notices.js - what the box wants an administrator to know.
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { formatCode, formatRecent } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";

/** Opens the page. */
export function open(outlet) {
  const place = element`<section class="card" aria-label="Notices"></section>`;
  outlet.replaceChildren(html`<div class="page"><div class="page-head"><h1>Notices</h1>
    <p>What the box noticed, newest first: locked accounts and whatever else needs a person.</p></div>
    ${place}</div>`);
  load(place);
  return {};
}

async function load(place) {
  if (!place.firstChild) {
    place.append(element`<div class="card-body">${loadingNote("notices")}</div>`);
  }
  try {
    const { items } = await get("/notices");
    place.replaceChildren(items.length === 0
      ? element`<div class="card-body">${emptyNote("There is nothing to look at.")}</div>`
      : table(items, place));
  } catch (error) {
    place.replaceChildren(element`<div class="card-body">${failedNote(error, () => load(place))}</div>`);
  }
}

function table(items, place) {
  return element`<div class="table-frame" tabindex="0" role="region"
    aria-label="Notices, newest first">
    <table class="table"><thead><tr><th scope="col">When</th><th scope="col">Kind</th>
    <th scope="col">Notice</th><th scope="col">State</th></tr></thead>
    <tbody>${items.map((item) => html`<tr><td class="nowrap">${formatRecent(item.at)}</td>
      <td class="nowrap">${formatCode(item.kind.replaceAll(".", " "))}</td>
      <td><bdi>${item.text}</bdi></td><td>${item.isSeen ? "Seen" : seenButton(item, place)}</td></tr>`)}
    </tbody></table></div>`;
}

function seenButton(item, place) {
  return html`<button type="button" class="button small" aria-label="Mark as seen: ${item.text}"
    @click=${(event) => markSeen(event.currentTarget, item, place)}>Mark as seen</button>`;
}

async function markSeen(button, item, place) {
  button.disabled = true;
  try {
    await post(`/notices/${encodeURIComponent(item.id)}/seen`);
    document.dispatchEvent(new CustomEvent("notices-seen"));
    await load(place);
    place.querySelector("button")?.focus();
  } catch (error) {
    button.disabled = false;
    place.prepend(element`<div class="card-body">${failedNote(error, null)}</div>`);
  }
}
