// web/elements/plot-parts.js - the drawn parts of a plot: axes, range band, lines, pair bars.
import { timeMs } from "../lib/format.js";
import { svg } from "../lib/html.js";
import { timeTicks, valueRange, valueTicks } from "../lib/scale.js";
import { flagOf, numberOf } from "./result-flag.js";

const margin = { top: 10, right: 14, bottom: 22, left: 40 };

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

/** Returns how times and values lie on a plot of this size. */
export function scaleOf(marks, width, height, edges = margin) {
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

/** Returns the lines and words of both axes. */
export function gridParts({ left, right, bottom, low, high, from, to, x, y, width, height }) {
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

/** Returns the range band: each reading brings its range, which holds half way to the next. */
export function bandParts(marks, scale) {
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

/** Returns the readings as a line with dots. */
export function lineParts(marks, scale) {
  const dots = marks.map((mark) => svg("circle", {
    class: flagOf(mark.point) ? "plot-dot is-out" : "plot-dot",
    cx: scale.x(mark.ms), cy: scale.y(mark.value), r: marks.length > 60 ? 2 : 3,
  }));
  return [svg("polyline", { class: "plot-line", points: track(marks, scale) }), ...dots];
}

/** Returns pairs of readings as bars, the upper and the lower value as caps. */
export function pairParts(marks, { x, y }) {
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
