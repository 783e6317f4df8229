// web/pages/admin/review.js - one review of access: a decision for each account, then the signature.
import { adminFrame } from "../../elements/admin-nav.js";
import { askFirst } from "../../elements/confirm-dialog.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, put } from "../../lib/api.js";
import { count, formatDate, formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { may, session } from "../../lib/session.js";
import { announce, doneNote, textField, valueOf, whenSubmitted } from "./form.js";
import { roleNames } from "./words.js";

const decisions = [["keep", "Right as it is"], ["change", "Needs other roles"], ["close", "Close it"]];
const decisionWords = new Map(decisions);

/** Opens the page. */
export function open(outlet, { id }) {
  const body = element`<div class="admin-body"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/access-reviews", title: "Access review",
      actions: html`<span class="acts"><button type="button" class="button"
        @click=${() => window.print()}>Print</button>
        <a class="button" href="/admin/access-reviews">All reviews</a></span>` }, body));
  const load = async (note = null) => {
    if (!body.firstChild) body.append(loadingNote("the review"));
    try {
      show(body, await get(`/admin/access-reviews/${encodeURIComponent(id)}`), load, note);
    } catch (error) {
      body.replaceChildren(failedNote(error, error.status === 404 ? null : () => load()));
    }
  };
  load();
  return {};
}

function show(body, review, reload, note) {
  const isOpen = !review.signedAt && may("users.change");
  const left = element`<p role="status" class="left"></p>`;
  const tell = (now) => {
    left.textContent = now.signedAt ? "" : now.undecided === 0
      ? "Every account is decided. Sign the review below."
      : `${count(now.undecided, "account")} of ${now.lines} left.`;
  };
  tell(review);
  body.replaceChildren(...[note, head(review), left,
    lines(review, { isOpen, tell, reload }), isOpen ? signPart(review, reload) : null].filter(Boolean));
  note?.focus();
}

function head(review) {
  const clinic = session.get().box?.clinicName;
  return element`<section class="card"><div class="card-body"><dl class="facts">
    ${clinic ? html`<dt>Clinic</dt><dd>${clinic}</dd>` : null}
    <dt>Started</dt><dd>${formatDateTime(review.startedAt)} by ${review.startedBy}</dd>
    <dt>Accounts</dt><dd>${review.lines}, of which ${review.stale} not used for 90 days</dd>
    <dt>Signed</dt><dd>${review.signedAt
    ? `${formatDateTime(review.signedAt)} by ${review.signedBy}` : "Not yet"}</dd>
    ${review.statement ? html`<dt>Remark</dt><dd>${review.statement}</dd>` : null}</dl></div></section>`;
}

function lines(review, page) {
  const body = element`<tbody>${review.items.map((line) => lineRow(review, line, page))}</tbody>`;
  return element`<section class="card"><h2>Accounts</h2><div class="table-frame" tabindex="0"
    role="region" aria-label="Accounts"><table class="table"><thead><tr><th scope="col">Person</th>
    <th scope="col">Roles</th><th scope="col">Last used</th><th scope="col">Decision</th></tr></thead>
    ${body}</table></div></section>`;
}

function lineRow(review, line, page) {
  const place = element`<div></div>`;
  const row = element`<tr><th scope="row">
      <a href="/admin/users/${line.userId}"><bdi>${line.displayName}</bdi></a>
      <span class="sub">${line.username}${line.isDisabled ? ", closed" : ""}</span></th>
    <td>${roleNames(line.roles)}${line.now ? html`<span class="sub">Now: ${roleNames(line.now.roles)}
      ${line.now.isDisabled ? ", closed" : ""}</span>` : null}</td>
    <td class="nowrap">${line.lastUsedAt ? formatDate(line.lastUsedAt) : "Never"}
      ${line.isStale ? html`<span class="sub">not used for long</span>` : null}</td>
    <td>${page.isOpen ? decisionForm(review, line, { ...page, place, replace: (changed) =>
    row.replaceWith(lineRow(review, changed, page)) })
    : html`${decisionWords.get(line.decision) ?? "Undecided"}
      ${line.note ? html`<span class="sub">${line.note}</span>` : null}
      ${line.decidedBy ? html`<span class="sub">${line.decidedBy}</span>` : null}`}${place}</td></tr>`;
  return row;
}

function decisionForm(review, line, { place, tell, replace, reload }) {
  const save = async (decision, note) => {
    try {
      const changed = await put(`/admin/access-reviews/${review.id}/lines/${line.userId}`,
        { decision, note: note || null }, { ifMatch: line.version });
      announce(`${line.displayName}: ${decisionWords.get(decision)}.`);
      tell(changed);
      replace(changed.items.find(({ userId }) => userId === line.userId));
      document.getElementById(`d-${line.userId}-${decision}`)?.focus();
    } catch (error) {
      if (error.status === 412) {
        reload(doneNote(`Somebody else decided about ${line.displayName} meanwhile. This is what is on the box now.`));
      } else place.replaceChildren(failedNote(error, null));
    }
  };
  const note = element`<input class="input" autocomplete="off"
    aria-label="Remark about ${line.displayName}" .value=${line.note ?? ""}>`;
  note.addEventListener("change", () => line.decision && save(line.decision, note.value.trim()));
  const option = ([value, words]) => html`<label><input type="radio" name="d-${line.userId}"
    id="d-${line.userId}-${value}" value="${value}" ?checked=${line.decision === value}
    @change=${() => save(value, note.value.trim())}> ${words}</label>`;
  return element`<fieldset class="decide"><legend class="seen-by-readers-only">
    Decision about ${line.displayName}</legend>${decisions.map(option)}<span class="sub">Remark</span>${note}
    ${line.decidedBy ? html`<span class="sub">Decided by ${line.decidedBy}</span>` : null}</fieldset>`;
}

function signPart(review, reload) {
  const place = element`<div class="errors"></div>`;
  const form = element`<form class="card no-print" novalidate><header><h2>Sign</h2></header>
    <div class="card-body form-grid">${place}
      ${textField("statement", "Remark", { isWide: true,
    hint: "Such as who was asked. Close accounts and change roles on the pages of the users." })}
      <p class="buttons"><button type="submit" class="button first">Sign the review</button></p></div></form>`;
  whenSubmitted(form, place, {
    title: "The review was not signed",
    run: async () => {
      const isSure = await askFirst({ title: "Sign this review?", button: "Sign",
        text: "It is kept with your name and the time, and cannot be changed any more." });
      if (!isSure) return;
      await post(`/admin/access-reviews/${review.id}/sign`, { statement: valueOf(form, "statement") || null });
      await reload(doneNote("The review is signed. The next one is due in a quarter."));
    },
  });
  return form;
}
