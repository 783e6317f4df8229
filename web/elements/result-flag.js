// web/elements/result-flag.js - says in a word and a drawing how a value stands to its range.
import { element } from "../lib/html.js";
import { icon } from "./icon.js";

// Spec: HL7 v3 ObservationInterpretation, https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html
const flags = {
  HH: ["Critically high", "danger", "up"], H: ["High", "danger", "up"], HU: ["Very high", "danger", "up"],
  LL: ["Critically low", "danger", "down"], L: ["Low", "low", "down"], LU: ["Very low", "low", "down"],
  A: ["Abnormal", "danger", "diamond"], AA: ["Critical", "danger", "alert"],
  POS: ["Positive", "warn", "diamond"], DET: ["Detected", "warn", "diamond"],
  R: ["Resistant", "warn", "diamond"],
};

/** Returns `{ word, tone, drawing }` for one reading, or null when nothing stands out. */
export function flagOf({ interpretation, value, low, high }) {
  const known = flags[interpretation];
  if (known) return { word: known[0], tone: known[1], drawing: known[2] };
  if (interpretation) return null;
  const number = numberOf(value);
  if (number === null) return null;
  const upper = numberOf(high);
  const lower = numberOf(low);
  if (upper !== null && number > upper) return { word: "Above range", tone: "danger", drawing: "up" };
  if (lower !== null && number < lower) return { word: "Below range", tone: "low", drawing: "down" };
  return null;
}

/** Returns the number that a written value holds, or null. */
export function numberOf(text) {
  if (text === null || text === undefined || String(text).trim() === "") return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/** Returns the tag of one reading, or null when nothing stands out. */
export function resultFlag(reading) {
  const flag = flagOf(reading);
  if (!flag) return null;
  return element`<span class="tag ${flag.tone}">${icon(flag.drawing)}${flag.word}</span>`;
}

/** Returns the reference range in words: `3.5–5.1`, `up to 5.7`, `4 or more`, or as written. */
export function rangeText({ low, high, range }) {
  if (low && high) return `${low}–${high}`;
  if (high) return `up to ${high}`;
  if (low) return `${low} or more`;
  return range ?? "";
}
