// web/elements/trend-plot.js - readings over time: line or pair bars, range band, keyboard cursor.
import { element, html, svg } from "../lib/html.js";
import { formatDate, formatDateTime, formatUnit, timeMs } from "../lib/format.js";
import { timeTicks, valueRange, valueTicks } from "../lib/scale.js";
import { addStyle } from "../lib/styles.js";
import { flagOf, numberOf, rangeText, resultFlag } from "./result-flag.js";

await addStyle("./trend-plot.css", import.meta.url);

const margin = { top: 10, right: 14, bottom: 22, left: 40 };
const rowsMax = 50;

/** Returns the readings that a plot can place: a time, a number, and not withdrawn. */
export function plottable(points) {
  return points
    .map((point) => ({
      point, ms: timeMs(point.at), value: numberOf(point.value), value2: numberOf(point.value2),
      low: numberOf(point.low), high: numberOf(point.high),
    }))
    .filter(({ ms, value, point }) =>
      ms !== null && value !== null && point.status !== "entered-in-error")
    .sort((a, b) => a.ms - b.ms);
}

/** Returns one reading in words, with its unit. */
export function readingText(point, unit) {
  const value = point.text ?? [point.value, point.value2].filter((part) => part != null).join("/");
  const unitText = formatUnit(unit);
  return [value, unitText].filter(Boolean).join(unitText === "%" ? "" : " ");
}

class TrendPlot extends HTMLElement {
  #series = null; #marks = []; #cursor = -1; #scale = null; #sizes = null;

  /** The readings: `{ label, unit, kind, points }`, points oldest first. */
  set series(series) {
    this.#series = series;
    this.#marks = plottable(series.points);
    this.#cursor = this.#marks.length - 1;
    this.#build();
  }

  connectedCallback() {
    this.#sizes = new ResizeObserver(() => this.#draw());
    this.#sizes.observe(this);
  }

  disconnectedCallback() {
    this.#sizes?.disconnect();
  }

  #build() {
    const { label, unit } = this.#series;
    const last = this.#marks.length - 1;
    const stage = element`<div class="plot-stage" role="slider" tabindex="0"
      aria-label="${label} over time" aria-orientation="horizontal" aria-valuemin="1"
      aria-valuemax="${last + 1}"></div>`;
    stage.addEventListener("keydown", (event) => this.#step(event));
    stage.addEventListener("pointermove", (event) => this.#point(event));
    stage.addEventListener("pointerdown", (event) => this.#point(event));
    stage.addEventListener("focus", () => this.#move(this.#cursor));
    stage.addEventListener("blur", () => this.classList.remove("is-reading"));
    stage.addEventListener("pointerleave", () => this.#move(last));
    this.replaceChildren(html`
      <p class="plot-reading" aria-hidden="true"></p>${stage}
      <details class="plot-table"><summary>As a table<span class="seen-by-readers-only">:
        ${label}</span></summary></details>`);
    const table = this.querySelector("details");
    table.addEventListener("toggle", () => {
      if (table.open && !table.querySelector("table")) {
        table.append(readingTable(this.#series, unit));
      }
    });
    this.#draw();
    if (last >= 0) this.#move(last);
  }

  #draw() {
    const stage = this.querySelector(".plot-stage");
    if (!stage || this.#marks.length === 0) return;
    const width = Math.max(140, Math.round(stage.clientWidth || 480));
    const height = Math.round(stage.clientHeight || 150);
    this.#scale = scaleOf(this.#marks, width, height);
    const parts = [...gridParts(this.#scale), ...bandParts(this.#marks, this.#scale)];
    if (this.#series.kind === "pair") parts.push(...pairParts(this.#marks, this.#scale));
    else parts.push(...lineParts(this.#marks, this.#scale));
    stage.replaceChildren(svg("svg", {
      class: "plot", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false",
    }, ...parts, svg("g", { class: "plot-cursor" })));
    this.#drawCursor();
  }

  #step(event) {
    const last = this.#marks.length - 1;
    const targets = {
      ArrowLeft: this.#cursor - 1, ArrowDown: this.#cursor - 1, ArrowRight: this.#cursor + 1,
      ArrowUp: this.#cursor + 1, Home: 0, End: last,
      PageUp: this.#cursor + 10, PageDown: this.#cursor - 10,
    };
    if (!(event.key in targets) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#move(Math.min(last, Math.max(0, targets[event.key])));
    this.classList.add("is-reading");
  }

  #point(event) {
    if (!this.#scale) return;
    const frame = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - frame.left) * (this.#scale.width / frame.width);
    let nearest = 0;
    for (const [index, mark] of this.#marks.entries()) {
      const best = this.#scale.x(this.#marks[nearest].ms);
      if (Math.abs(this.#scale.x(mark.ms) - x) <= Math.abs(best - x)) nearest = index;
    }
    this.#move(nearest);
    this.classList.add("is-reading");
  }

  #move(index) {
    if (index < 0) return;
    this.#cursor = index;
    const { point } = this.#marks[index];
    const flag = flagOf(point);
    const stage = this.querySelector(".plot-stage");
    const value = readingText(point, this.#series.unit);
    stage.setAttribute("aria-valuenow", index + 1);
    stage.setAttribute("aria-valuetext",
      `${formatDateTime(point.at)}: ${value}${flag ? `, ${flag.word}` : ""}`);
    this.querySelector(".plot-reading").replaceChildren(html`
      <strong class="number">${value}</strong> ${resultFlag(point)}
      <span class="quiet">${formatDate(point.at)}</span>`);
    if (index === this.#marks.length - 1) this.classList.remove("is-reading");
    this.#drawCursor();
  }

  #drawCursor() {
    const group = this.querySelector(".plot-cursor");
    const mark = this.#marks[this.#cursor];
    if (!group || !mark || !this.#scale) return;
    const { x, y, top, bottom } = this.#scale;
    const at = x(mark.ms);
    const dots = [mark.value, mark.value2].filter((value) => value !== null)
      .map((value) => svg("circle", { class: "plot-now", cx: at, cy: y(value), r: 5.5 }));
    group.replaceChildren(svg("line", { x1: at, x2: at, y1: top, y2: bottom }), ...dots);
  }
}

/** Returns a small picture of a series for a table row; the row itself says the values. */
export function sparkLine(points, { width = 120, height = 28 } = {}) {
  const marks = plottable(points);
  if (marks.length < 2) return null;
  const scale = scaleOf(marks, width, height, { top: 4, right: 4, bottom: 4, left: 4 });
  const last = marks.at(-1);
  return svg("svg", {
    class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true",
  }, ...bandParts(marks, scale), svg("polyline", { class: "plot-line", points: track(marks, scale) }),
  svg("circle", {
    class: flagOf(last.point) ? "plot-dot is-out" : "plot-dot",
    cx: scale.x(last.ms), cy: scale.y(last.value), r: 3,
  }));
}

function scaleOf(marks, width, height, edges = margin) {
  const values = marks.flatMap(({ value, value2 }) => value2 === null ? [value] : [value, value2]);
  const limits = marks.flatMap(({ low, high }) => [low, high]).filter((limit) => limit !== null);
  const [low, high] = valueRange(values, limits);
  let from = marks[0].ms;
  let to = marks.at(-1).ms;
  if (to - from < 86_400_000) {
    from -= 86_400_000;
    to += 86_400_000;
  }
  const left = edges.left;
  const right = width - edges.right;
  const top = edges.top;
  const bottom = height - edges.bottom;
  const inset = edges === margin ? 10 : 0;
  return {
    width, height, left, right, top, bottom, low, high, from, to,
    x: (ms) => round(left + inset + ((ms - from) / (to - from)) * (right - left - inset * 2)),
    y: (value) => round(bottom - ((value - low) / (high - low)) * (bottom - top)),
  };
}

const round = (number) => Math.round(number * 10) / 10;

function gridParts({ left, right, bottom, low, high, from, to, x, y, width, height }) {
  const values = valueTicks(low, high, height > 200 ? 6 : 4).flatMap((value) => [
    svg("line", { class: "plot-grid", x1: left, x2: right, y1: y(value), y2: y(value) }),
    svg("text", { class: "plot-tick", x: left - 6, y: y(value) + 3.5, "text-anchor": "end" },
      String(value)),
  ]);
  const times = timeTicks(from, to, Math.max(2, Math.floor(width / 90))).map(({ ms, label }) =>
    svg("text", { class: "plot-tick", x: x(ms), y: bottom + 15, "text-anchor": anchorOf(x(ms), width) },
      label));
  const axis = svg("line", { class: "plot-axis", x1: left, x2: right, y1: bottom, y2: bottom });
  return [...values, axis, ...times];
}

const anchorOf = (x, width) => (x > width - 24 ? "end" : "middle");

// Each reading brings its own range; the band steps half way between two readings.
function bandParts(marks, scale) {
  const { x, left, right } = scale;
  const runs = [];
  for (const [index, mark] of marks.entries()) {
    const start = index === 0 ? left : (x(marks[index - 1].ms) + x(mark.ms)) / 2;
    const end = index === marks.length - 1 ? right : (x(mark.ms) + x(marks[index + 1].ms)) / 2;
    const last = runs.at(-1);
    if (last && last.low === mark.low && last.high === mark.high) last.end = end;
    else runs.push({ low: mark.low, high: mark.high, start, end });
  }
  return runs.map((run) => bandRun(run, scale)).filter(Boolean);
}

function bandRun({ low, high, start, end }, scale) {
  if (low === null && high === null) return null;
  const upper = high === null || high > scale.high ? scale.top : scale.y(Math.max(scale.low, high));
  const lower = low === null || low < scale.low ? scale.bottom : scale.y(Math.min(scale.high, low));
  if (lower <= upper) return null;
  return svg("rect", {
    class: "plot-band", x: round(start), y: upper, width: round(end - start),
    height: round(lower - upper),
  });
}

const track = (marks, { x, y }) => marks.map(({ ms, value }) => `${x(ms)},${y(value)}`).join(" ");

function lineParts(marks, scale) {
  const dots = marks.map((mark) => svg("circle", {
    class: flagOf(mark.point) ? "plot-dot is-out" : "plot-dot",
    cx: scale.x(mark.ms), cy: scale.y(mark.value), r: marks.length > 60 ? 2 : 3,
  }));
  return [svg("polyline", { class: "plot-line", points: track(marks, scale) }), ...dots];
}

function pairParts(marks, { x, y }) {
  return marks.flatMap(({ ms, value, value2, point }) => {
    const name = flagOf(point) ? "plot-pair is-out" : "plot-pair";
    const upper = y(Math.max(value, value2 ?? value));
    const lower = y(Math.min(value, value2 ?? value));
    const cap = (height) => svg("line", {
      class: name, x1: x(ms) - 3.5, x2: x(ms) + 3.5, y1: height, y2: height,
    });
    const bar = svg("line", { class: name, x1: x(ms), x2: x(ms), y1: upper, y2: lower });
    return value2 === null ? [cap(upper)] : [bar, cap(upper), cap(lower)];
  });
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

customElements.define("trend-plot", TrendPlot);
