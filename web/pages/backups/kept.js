// web/pages/backups/kept.js - which backups would be there on any day, drawn and as a table.
import { adminFrame } from "../../elements/admin-nav.js";
import { markField, showErrors } from "../../elements/error-summary.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, withQuery } from "../../lib/api.js";
import { count, formatDate, formatDateTime } from "../../lib/format.js";
import { element, html, svg } from "../../lib/html.js";
import { addStyle } from "../../lib/styles.js";
import { formatBytes, formatReasons, tierWords } from "./words.js";

await addStyle("./backups.css", import.meta.url);

const width = 720;
const rowHeight = 34;
const left = 84;

/** Opens the page. */
export function open(outlet) {
  const result = element`<div class="kept-result"></div>`;
  const form = element`<form class="card-body kept-form" novalidate><div class="errors"></div>
    <div class="fields"></div><p><button type="submit" class="button first">Show</button></p></form>`;
  const intro = html`Choose a day and see which backups the box would have then, if it goes on as it does.
    Nothing is changed by trying. <a href="/admin/settings">Change what is kept</a>`;
  outlet.replaceChildren(adminFrame({ path: "/admin/backups", title: "What is kept", intro },
    element`<section class="card backups">${form}</section>`, result));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    load(form, result);
  });
  load(form, result);
  return {};
}

async function load(form, result) {
  const query = Object.fromEntries(new FormData(form));
  form.querySelectorAll("input").forEach((input) => markField(input, null));
  form.querySelector(".errors").replaceChildren();
  if (!result.firstChild) result.append(loadingNote("the look ahead"));
  try {
    const answer = await get(withQuery("/backups/forecast", query));
    if (!form.querySelector("input")) addFields(form, answer);
    result.replaceChildren(picture(answer), table(answer));
  } catch (error) {
    const at = error.details?.find(({ location }) => location)?.location;
    const input = at && form.querySelector(`[name="${CSS.escape(at)}"]`);
    if (!input) {
      result.replaceChildren(failedNote(error, () => load(form, result)));
      return;
    }
    markField(input, error.message);
    showErrors(form.querySelector(".errors"), "That day cannot be shown",
      [{ id: input.id, message: error.message }]);
  }
}

function addFields(form, answer) {
  const number = ({ tier, wanted }) => html`<div class="field"><label for="kept-${tier}">${tierWords.get(tier)}</label>
    <input class="input" id="kept-${tier}" name="${tier}" inputmode="numeric" size="4" value="${wanted}"></div>`;
  form.querySelector(".fields").replaceChildren(html`<div class="field"><label for="kept-until">Day</label>
    <input class="input" type="date" id="kept-until" name="until" value="${answer.day}"></div>
    ${answer.tiers.map(number)}`);
}

function picture(answer) {
  const untilMs = Date.parse(answer.until);
  const spans = { hourly: 3_600_000, daily: 86_400_000, weekly: 604_800_000, monthly: 2_629_800_000 };
  const rows = answer.tiers.map(({ tier, kept }, index) => {
    const middle = index * rowHeight + rowHeight / 2;
    const copies = answer.copies.filter(({ tiers }) => tiers.includes(tier));
    const oldestMs = Math.min(...copies.map(({ at }) => Date.parse(at)), untilMs - spans[tier]);
    const place = (at) => left + (width - left - 8) * (Date.parse(at) - oldestMs) / (untilMs - oldestMs);
    const label = svg("text", { x: 0, y: middle + 4, class: "label" });
    label.textContent = `${tierWords.get(tier)}: ${kept}`;
    return svg("g", {}, label,
      svg("line", { x1: left, x2: width - 8, y1: middle, y2: middle, class: "rail" }),
      ...copies.map(({ at, isReal }) => svg("circle", {
        cx: place(at).toFixed(1), cy: middle, r: isReal ? 5 : 3.5, class: isReal ? "real" : "later",
      })));
  });
  const height = rowHeight * answer.tiers.length;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": answer.tiers.map(({ tier, kept }) => `${tierWords.get(tier)}: ${kept}`).join(", ") }, ...rows);
  const bytes = answer.copyBytes * answer.copies.length;
  return element`<section class="card backups"><header><h2>On ${formatDate(answer.day)}</h2>
      <span class="quiet">${count(answer.copies.length, "backup")}${bytes
    ? `, about ${formatBytes(bytes)} at the size of the newest` : ""}</span></header>
    <div class="card-body"><div class="timeline">${drawing}</div>
      <p class="quiet">Each row ends on that day at the right and reaches back to its oldest backup at the
        left. Large dots are backups that are there today.</p></div></section>`;
}

function table({ copies }) {
  return element`<section class="card"><header><h2>The same as a table</h2></header>
    <div class="table-frame" tabindex="0" role="region" aria-label="Backups that would be kept">
    <table class="table"><thead><tr><th scope="col">Made</th><th scope="col">Kept as</th>
      <th scope="col">There today</th></tr></thead><tbody>${copies.map((one) => html`<tr>
        <th scope="row" class="nowrap">${formatDateTime(one.at)}</th><td>${formatReasons(one.tiers)}</td>
        <td>${one.isReal ? "yes" : "not made yet"}</td></tr>`)}</tbody></table></div></section>`;
}
