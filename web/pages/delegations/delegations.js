// web/pages/delegations/delegations.js - who stands in for whom, and until when.
import { markField, showErrors } from "../../elements/error-summary.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, remove } from "../../lib/api.js";
import { formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { may } from "../../lib/session.js";

const states = { running: ["Running", "good"], planned: ["Planned", ""], over: ["Over", ""],
  revoked: ["Taken back", ""] };

/** Opens the page. */
export function open(outlet) {
  const page = new DelegationsPage();
  outlet.replaceChildren(page.node);
  page.load();
  return {};
}

class DelegationsPage {
  #place; #isOfAll = false;

  constructor() {
    const everybody = may("delegations.administer") ? html`<p><label class="switch">
      <input type="checkbox" @change=${(event) => {
        this.#isOfAll = event.target.checked;
        this.load();
      }}> Show everybody's, and name substitutes for others</label></p>` : null;
    this.node = element`<div class="page"><div class="page-head"><h1>Standing in</h1>
      <p>Name a colleague who looks after your patients while you are away. They open the charts of your
        patients for these days, with the rights of their own role.
        <a href="/help/delegation">How this works</a></p></div>${everybody}<div></div></div>`;
    this.#place = this.node.lastElementChild;
  }

  async load() {
    this.#place.replaceChildren(loadingNote("the list"));
    try {
      const answer = await get(this.#isOfAll ? "/delegations?all=true" : "/delegations");
      this.#place.replaceChildren(this.#away(answer.away), this.#list(answer.items), this.#form(answer));
    } catch (error) {
      this.#place.replaceChildren(failedNote(error, () => this.load()));
    }
  }

  #away(away) {
    const rows = away.map((one) => html`<li><bdi>${one.from}</bdi> is away until ${lastDay(one.until)}.
      <bdi>${one.to}</bdi> stands in. <bdi>${one.note}</bdi></li>`);
    return element`<section class="card"><h2>Away now</h2><div class="card-body">
      ${rows.length ? html`<ul>${rows}</ul>` : emptyNote("Nobody has said to be away.")}</div></section>`;
  }

  #list(items) {
    const errors = element`<div></div>`;
    const rows = items.map((one) => {
      const [words, tone] = states[one.state] ?? [one.state, ""];
      const canEnd = one.state === "running" || one.state === "planned";
      return html`<tr><td><bdi>${one.from}</bdi></td><td><bdi>${one.to}</bdi></td>
        <td class="nowrap">${formatDate(one.begins)}</td><td class="nowrap">${lastDay(one.until)}</td>
        <td><span class="tag ${tone}">${words}</span>${one.isAway ? " Away" : ""}</td>
        <td>${canEnd ? html`<button type="button" class="button small danger"
          aria-label="Take back: ${one.to} stands in for ${one.from}"
          @click=${() => this.#revoke(one, errors)}>Take back</button>` : null}</td></tr>`;
    });
    return element`<section class="card"><h2>Given and received</h2>${errors}
      ${rows.length ? html`<div class="table-frame" tabindex="0" role="region"
        aria-label="Given and received"><table class="table"><thead><tr><th scope="col">For</th>
        <th scope="col">Stands in</th><th scope="col">From</th><th scope="col">Last day</th>
        <th scope="col">State</th><th scope="col"><span class="seen-by-readers-only">Take back</span></th>
        </tr></thead><tbody>${rows}</tbody></table></div>`
        : element`<div class="card-body">${emptyNote("Nobody stands in for you, nor you for others.")}</div>`}
      </section>`;
  }

  #form({ colleagues }) {
    const options = colleagues.map((one) => html`<option value="${one.id}">${one.displayName}</option>`);
    const again = colleagues.map((one) => html`<option value="${one.id}">${one.displayName}</option>`);
    const from = this.#isOfAll ? html`<div class="field"><label for="d-from">Who is away</label>
      <select class="input" id="d-from"><option value="">Choose…</option>${again}</select></div>` : null;
    const form = element`<form class="card" novalidate><header><h2>Name a substitute</h2></header>
      <div class="card-body"><div class="errors"></div>${from}
      <div class="field"><label for="d-to">Who stands in</label><select class="input" id="d-to">
        <option value="">Choose…</option>${options}</select></div>
      <div class="field"><label for="d-begins">First day</label>
        <input class="input" id="d-begins" type="date"></div>
      <div class="field"><label for="d-until">Last day</label>
        <input class="input" id="d-until" type="date"></div>
      <p><label class="switch"><input type="checkbox" id="d-away" checked> Tell colleagues on this page
        that I am away</label></p>
      <div class="field"><label for="d-note">Note for colleagues (no patient names)</label>
        <input class="input" id="d-note" maxlength="200" autocomplete="off"></div>
      <p><button type="submit" class="button first">Save</button></p></div></form>`;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(form);
    });
    return form;
  }

  async #send(form) {
    const field = (id) => form.querySelector(`#d-${id}`);
    const required = ["from", "to", "begins", "until"].map(field).filter(Boolean);
    const problems = required.filter((one) => !one.value)
      .map((one) => ({ id: one.id, message: `Fill in: ${one.labels[0].textContent.trim().toLowerCase()}.` }));
    for (const one of required) markField(one, problems.find(({ id }) => id === one.id)?.message ?? null);
    const errors = form.querySelector(".errors");
    if (problems.length) {
      showErrors(errors, "Nothing is saved", problems);
      return;
    }
    try {
      await post("/delegations", {
        ...(this.#isOfAll ? { from: field("from").value } : {}), to: field("to").value,
        // The days are those of this computer's time zone.
        begins: new Date(`${field("begins").value}T00:00:00`).toISOString(),
        until: new Date(`${field("until").value}T23:59:59.999`).toISOString(),
        isAway: field("away").checked, note: field("note").value,
      });
      document.getElementById("announcements").textContent = "Saved.";
      await this.load();
    } catch (error) {
      const known = (error.details ?? []).filter(({ message }) => message).map(({ location, message }) =>
        ({ id: field(location) ? `d-${location}` : undefined, message }));
      showErrors(errors, "Nothing is saved", known.length ? known : [{ message: error.message }]);
    }
  }

  async #revoke(one, errors) {
    try {
      await remove(`/delegations/${encodeURIComponent(one.id)}${this.#isOfAll ? "?all=true" : ""}`);
      document.getElementById("announcements").textContent = "Taken back.";
      await this.load();
    } catch (error) {
      showErrors(errors, "Nothing is changed", [{ message: error.message }]);
    }
  }
}

/** Returns the last day of a time whose end is the first moment after it. */
function lastDay(until) {
  return formatDate(new Date(Date.parse(until) - 1).toISOString());
}
