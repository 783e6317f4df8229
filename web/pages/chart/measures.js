// web/pages/chart/measures.js - what somebody types as a vital sign, and how it stands to its limits.

/** Units by the words that people type behind a number, in lower case and without blanks. */
const unitWords = new Map([
  ["kg", "kg"], ["lb", "[lb_av]"], ["lbs", "[lb_av]"], ["cm", "cm"], ["in", "[in_i]"],
  ["\"", "[in_i]"], ["f", "[degF]"], ["°f", "[degF]"], ["c", "Cel"], ["°c", "Cel"], ["%", "%"],
  ["/min", "/min"], ["mmhg", "mm[Hg]"], ["l", "L/min"], ["l/min", "L/min"],
]);

/**
 * Reads what was typed: `72`, `98.6 F`, `158 lb`, `5'8"`, `7 lb 4 oz`. Returns `{ value, unit }`,
 * the unit null where none was typed; null for an empty text, and `{ problem }` for what is no number.
 */
export function readMeasure(typed) {
  const text = typed.trim().toLowerCase().replaceAll(",", ".").replaceAll("’", "'").replaceAll("”", "\"");
  if (text === "") return null;
  const feet = /^(\d{1,2})\s*(?:'|ft)\s*(?:(\d{1,2}(?:\.\d)?)\s*(?:"|in)?)?$/.exec(text);
  if (feet) return { value: tidy(Number(feet[1]) * 12 + Number(feet[2] ?? 0)), unit: "[in_i]" };
  const pounds = /^(\d{1,3})\s*(?:lb|lbs)\s*(\d{1,2}(?:\.\d)?)\s*oz$/.exec(text);
  if (pounds) return { value: tidy(Number(pounds[1]) + Number(pounds[2]) / 16), unit: "[lb_av]" };
  const plain = /^(\d{1,4}(?:\.\d{1,3})?|\.\d{1,3})\s*([a-z%°"/]*)$/.exec(text);
  if (!plain) return { problem: "Write a number, such as 72 or 98.6." };
  if (plain[2] === "") return { value: plain[1], unit: null };
  const unit = unitWords.get(plain[2]);
  return unit ? { value: plain[1], unit } : { problem: "This unit is not known here. Leave it out." };
}

const tidy = (number) => String(Math.round(number * 1000) / 1000);

/** Returns the newest reading of a series that was not withdrawn. */
export function newestOf({ points }) {
  return points.findLast(({ status }) => status !== "entered-in-error") ?? points.at(-1);
}

/** Returns the limits of a measure in one unit; the first unit where that one is not known. */
export const unitOf = (kind, code) =>
  kind.units.find((unit) => unit.code === code) ?? kind.units[0];

/** Says how a number stands to its limits: `impossible`, `unlikely`, or a letter code, or null. */
export function judge(value, unit) {
  const number = Number(value);
  if (number < unit.possibleLow || number > unit.possibleHigh) return "impossible";
  if (number < unit.likelyLow || number > unit.likelyHigh) return "unlikely";
  return interpret(number, unit);
}

/** Returns the code of the alert that a number raises, or null where it raises none. */
export function interpret(value, unit) {
  const number = Number(value);
  if (unit.criticalLow !== undefined && number < unit.criticalLow) return "LL";
  if (unit.criticalHigh !== undefined && number > unit.criticalHigh) return "HH";
  if (unit.low !== undefined && number < unit.low) return "L";
  if (unit.high !== undefined && number > unit.high) return "H";
  return null;
}

/** Returns a time of this computer's clock as FHIR has it, with the offset of its zone. */
export function localTime(date) {
  const two = (number) => String(Math.abs(number)).padStart(2, "0");
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.trunc(offset / 60))}:${two(offset % 60)}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
    + `T${two(date.getHours())}:${two(date.getMinutes())}:00${zone}`;
}
