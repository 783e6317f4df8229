// web/pages/admin/reviews.js - the quarterly reviews of access, and when the next one is due.
import { adminFrame } from "../../elements/admin-nav.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { count, formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { go } from "../../lib/router.js";
import { may } from "../../lib/session.js";
import "./form.js";

/** Opens the page. */
export function open(outlet) {
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/access-reviews", title: "Access review",
      intro: "Once a quarter somebody looks at every account: does this person still work here, and "
        + "still need these roles? The signed review is kept and can be printed." }, body));
  const load = async () => {
    body.replaceChildren(loadingNote("reviews"));
    try {
      show(body, await get("/admin/access-reviews"));
    } catch (error) {
      body.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return {};
}

function show(body, { items, nextDueAt, isDue }) {
  const place = element`<div class="errors"></div>`;
  const open = items.find(({ signedAt }) => !signedAt);
  const start = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      const review = await post("/admin/access-reviews");
      await go(`/admin/access-reviews/${review.id}`);
    } catch (error) {
      button.disabled = false;
      place.replaceChildren(failedNote(error, null));
    }
  };
  const words = isDue ? html`<p><strong>A review is due since ${formatDate(nextDueAt)}.</strong></p>`
    : nextDueAt ? html`<p>The next review is due on <strong>${formatDate(nextDueAt)}</strong>.</p>` : null;
  const next = open ? html`<p><a class="button first" href="/admin/access-reviews/${open.id}">
      Go on with the open review</a> <span class="quiet">${count(open.undecided, "account")} left</span></p>`
    : may("users.change") ? html`<p><button type="button" class="button first" @click=${start}>
      Start a review</button></p>` : null;
  body.replaceChildren(
    html`<div class="message ${isDue ? "warn" : ""}">${words}${next}${place}</div>`,
    items.length ? table(items) : emptyNote("There was no review yet."));
}

function table(items) {
  const row = (one) => html`<tr><th scope="row" class="nowrap">
      <a href="/admin/access-reviews/${one.id}">${formatDate(one.startedAt)}</a></th>
    <td>${one.startedBy}</td><td class="number">${one.lines}</td><td class="number">${one.stale}</td>
    <td>${one.signedAt ? html`<span class="tag good">Signed</span> ${one.signedBy},
      ${formatDate(one.signedAt)}` : html`<span class="tag warn">Open</span> ${one.undecided} left`}</td></tr>`;
  return html`<section class="card"><h2>Reviews</h2><div class="table-frame"><table class="table">
    <caption class="seen-by-readers-only">Reviews</caption><thead><tr>
    <th scope="col">Started</th><th scope="col">By</th><th scope="col" class="number">Accounts</th>
    <th scope="col" class="number">Not used</th><th scope="col">State</th></tr></thead>
    <tbody>${items.map(row)}</tbody></table></div></section>`;
}
