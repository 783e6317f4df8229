// web/elements/reading-table.js - readings in words and as a table.
import { formatDateTime, formatUnit } from "../lib/format.js";
import { element } from "../lib/html.js";
import { rangeText, resultFlag } from "./result-flag.js";

const rowsMax = 50;

/** Returns one reading in words, with its unit. */
export function readingText(point, unit) {
  const value = point.text ?? [point.value, point.value2].filter((part) => part != null).join("/");
  const unitText = formatUnit(unit);
  return [value, unitText].filter(Boolean).join(unitText === "%" ? "" : " ");
}

/** Returns the readings as a table, newest first, fifty at first. */
export function readingTable({ label, points }, unit) {
  const newest = [...points].reverse();
  const body = element`<tbody></tbody>`;
  const add = (some) => body.append(...some.map((point) => readingRow(point, unit)));
  add(newest.slice(0, rowsMax));
  const more = newest.length > rowsMax
    ? element`<button type="button" class="button small">Show all ${newest.length}</button>` : null;
  more?.addEventListener("click", () => {
    add(newest.slice(rowsMax));
    more.remove();
  });
  return element`<div class="table-frame" role="region" aria-label="${label}, readings" tabindex="0">
    <table class="table"><caption class="seen-by-readers-only">${label}, newest first</caption>
    <thead><tr><th scope="col">Date</th><th scope="col" class="number">Value</th>
    <th scope="col">Flag</th><th scope="col">Range</th><th scope="col">Status</th></tr></thead>
    ${body}</table>${more}</div>`;
}

function readingRow(point, unit) {
  const isWithdrawn = point.status === "entered-in-error";
  const value = readingText(point, unit);
  return element`<tr><td class="nowrap">${formatDateTime(point.at)}</td>
    <td class="number">${isWithdrawn ? element`<del>${value}</del>` : value}</td>
    <td>${isWithdrawn ? null : resultFlag(point)}</td>
    <td class="nowrap">${rangeText(point)}</td>
    <td>${statusWord(point.status)}</td></tr>`;
}

/** Returns the word of a reading's status, blank when it is simply final. */
export function statusWord(status) {
  const words = {
    "entered-in-error": "Entered in error", preliminary: "Preliminary", amended: "Amended",
    corrected: "Corrected", cancelled: "Cancelled", registered: "Registered",
  };
  return words[status] ?? "";
}
