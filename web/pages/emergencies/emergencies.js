// web/pages/emergencies/emergencies.js - charts that were opened in emergencies, and their review.
import { showErrors } from "../../elements/error-summary.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { count, formatClock, formatCode, formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { categories, findings, parts, wordsOf } from "../../elements/emergency-words.js";

await addStyle("../../elements/emergency.css", import.meta.url);

/** Opens the page. */
export function open(outlet) {
  const page = element`<div class="page"><div class="page-head"><h1>Emergency access</h1>
    <p>Every chart that somebody opened with a reason waits here until somebody else has looked at it.
      <a href="/help/break-glass">How this works</a></p></div>
    <h2>Waiting for a review</h2><div class="review-list" data-open></div>
    <h2>Reviewed</h2><div class="review-list" data-closed></div></div>`;
  outlet.replaceChildren(page);
  const reload = () => {
    load(page.querySelector("[data-open]"), "open", reload);
    load(page.querySelector("[data-closed]"), "closed", reload);
  };
  reload();
  return {};
}

async function load(place, state, reload) {
  if (!place.firstChild) place.replaceChildren(loadingNote("emergencies"));
  try {
    const { items } = await get(`/emergencies?state=${state}`);
    place.replaceChildren(...items.map((item) => card(item, reload)));
    if (items.length === 0) {
      place.append(emptyNote(state === "open" ? "Nothing waits for a review." : "None was reviewed yet."));
    }
  } catch (error) {
    place.replaceChildren(failedNote(error, reload));
  }
}

function card(item, reload) {
  const looks = element`<div></div>`;
  const errors = element`<div></div>`;
  const state = item.isRunning ? html`<span class="tag danger">Open now</span>`
    : item.isClosed ? html`<span class="tag good">Closed</span>` : html`<span class="tag warn">Over</span>`;
  const ended = item.endedAt ? `, ended ${formatClock(item.endedAt)} by ${item.endedBy}` : "";
  return element`<section class="card"><header><h3><bdi>${item.displayName}</bdi> opened the chart of
      <bdi>${item.patientName ?? "a patient who is gone"}</bdi></h3><span>${state}</span></header>
    <div class="card-body">${errors}<dl class="review-facts">
      <dt>When</dt><dd>${formatDateTime(item.beganAt)}, until ${formatClock(item.untilAt)}${ended}</dd>
      <dt>Why</dt><dd>${wordsOf(categories, item.category)}</dd>
      <dt>Reason</dt><dd><bdi>${item.reason}</bdi></dd>
      <dt>Parts</dt><dd>${item.compartments.map((one) => wordsOf(parts, one)).join("; ")}</dd>
      ${item.reviews.map((review) => html`<dt>Review</dt><dd>${wordsOf(findings, review.finding)}.
        <bdi>${review.comment}</bdi> <span class="quiet">${review.by}, ${formatDateTime(review.at)}</span></dd>`)}
    </dl>
    <p><button type="button" class="button small" @click=${() => showLooks(item, looks)}>
      What was looked at</button>
      ${item.isRunning ? html` <button type="button" class="button small danger"
        @click=${() => act(`/emergencies/${encodeURIComponent(item.id)}/end`, {}, errors, reload)}>
        End it now</button>` : null}</p>
    ${looks}${reviewPart(item, errors, reload)}</div></section>`;
}

function reviewPart(item, errors, reload) {
  if (item.isClosed) return null;
  if (item.userId === session.get().user?.id) {
    return html`<p class="quiet">Somebody else must review what you opened yourself.</p>`;
  }
  if (item.isRunning) return html`<p class="quiet">It can be reviewed when it is over.</p>`;
  const name = `finding-${item.id}`;
  const form = element`<form class="review-form" novalidate>
    <fieldset class="field"><legend class="field-label">What did you find?</legend>
      ${findings.map(([value, words]) => html`<label class="switch"><input type="radio"
        name="${name}" value="${value}"> ${words}</label>`)}</fieldset>
    <div class="field"><label for="comment-${item.id}">Comment</label>
      <textarea class="input" id="comment-${item.id}" rows="2" maxlength="2000"></textarea></div>
    <p><button type="submit" class="button first">Save the review</button></p></form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const finding = new FormData(form).get(name);
    const comment = form.querySelector("textarea").value.trim();
    if (!finding) {
      showErrors(errors, "The review is not saved", [{ message: "Choose what you found." }]);
    } else if (finding !== "appropriate" && !comment) {
      showErrors(errors, "The review is not saved",
        [{ id: `comment-${item.id}`, message: "Say in a comment what you found." }]);
    } else {
      act(`/emergencies/${encodeURIComponent(item.id)}/review`, { finding, comment }, errors, reload);
    }
  });
  return form;
}

async function act(path, body, errors, reload) {
  try {
    await post(path, body);
    document.getElementById("announcements").textContent = "Saved.";
    reload();
  } catch (error) {
    showErrors(errors, "Nothing was changed", [{ message: error.message }]);
  }
}

async function showLooks(item, place) {
  place.replaceChildren(loadingNote("entries"));
  try {
    const { accesses, isCut } = await get(`/emergencies/${encodeURIComponent(item.id)}`);
    place.replaceChildren(html`<p class="quiet">${count(accesses.length, "entry", "entries")} in the audit
      log${isCut ? ", the newest of more" : ""}.</p>
      <div class="table-frame" tabindex="0" role="region" aria-label="What was looked at">
      <table class="table"><thead><tr><th scope="col">Time</th><th scope="col">What</th>
      <th scope="col">Outcome</th></tr></thead><tbody>${accesses.map((entry) => html`<tr>
        <td class="digits nowrap">${formatClock(entry.at)}</td>
        <td>${formatCode(entry.action)} ${entry.type}${entry.id ? `/${entry.id}` : ""}</td>
        <td>${formatCode(entry.outcome)}</td></tr>`)}</tbody></table></div>`);
  } catch (error) {
    place.replaceChildren(failedNote(error, () => showLooks(item, place)));
  }
}
