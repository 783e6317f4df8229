// web/elements/trend-plot.js - readings over time: line or pair bars, range band, keyboard cursor.
import { formatDate, formatDateTime } from "../lib/format.js";
import { element, html, svg } from "../lib/html.js";
import { addStyle } from "../lib/styles.js";
import {
  bandParts, gridParts, lineParts, pairParts, plottable, scaleOf,
} from "./plot-parts.js";
import { readingTable, readingText } from "./reading-table.js";
import { flagOf, resultFlag } from "./result-flag.js";

await addStyle("./trend-plot.css", import.meta.url);

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

customElements.define("trend-plot", TrendPlot);
