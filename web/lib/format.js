// web/lib/format.js - how dates, ages and coded words are written for people.
//
// Dates follow DD-Mon-YYYY, because 02/03/1980 reads as two different days. A date that is known
// only to the month or year is written as far as it is known.

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const dateShape = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/;
const instantShape = /^\d{4}-\d{2}-\d{2}T(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

const two = (number) => String(number).padStart(2, "0");

/** Returns `25-Feb-1980`, `Feb-1980` or `1980`; text of another shape is returned as it is. */
export function formatDate(text) {
  if (!text) return "";
  if (text.endsWith("Z") && instantShape.test(text)) return localDate(new Date(text));
  const parts = dateShape.exec(text);
  if (!parts) return text;
  const [, year, month, day] = parts;
  const monthName = month ? months[Number(month) - 1] : null;
  if (month && !monthName) return text;
  return [day, monthName, year].filter(Boolean).join("-");
}

/**
 * Returns `25-Feb-1980 14:07`. A time with an offset is shown as it was written, which is what the
 * clock on the wall said; a time in UTC is shown in this computer's time zone.
 */
export function formatDateTime(text) {
  if (!text) return "";
  const parts = instantShape.exec(text);
  if (!parts) return formatDate(text);
  if (parts[3] === "Z") {
    const at = new Date(text);
    if (Number.isNaN(at.getTime())) return text;
    return `${localDate(at)} ${two(at.getHours())}:${two(at.getMinutes())}`;
  }
  return `${formatDate(text)} ${parts[1]}:${parts[2]}`;
}

/** Returns `14:07:09` in this computer's time zone. */
export function formatClock(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text ?? "";
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function localDate(at) {
  if (Number.isNaN(at.getTime())) return "";
  return `${two(at.getDate())}-${months[at.getMonth()]}-${at.getFullYear()}`;
}

/** Returns milliseconds since 1970 for a date of any precision, or null. */
export function timeMs(text) {
  if (!text) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** Returns completed years, months or days between a full birth date and a day; else null. */
export function ageOn(birthDate, day) {
  const birth = /^(\d{4})-(\d{2})-(\d{2})/.exec(birthDate ?? "");
  const now = /^(\d{4})-(\d{2})-(\d{2})/.exec(day ?? "");
  if (!birth || !now) return null;
  const [, by, bm, bd] = birth.map(Number);
  const [, y, m, d] = now.map(Number);
  const monthsLived = (y - by) * 12 + (m - bm) - (d < bd ? 1 : 0);
  if (monthsLived < 0) return null;
  if (monthsLived >= 24) return `${Math.floor(monthsLived / 12)} y`;
  if (monthsLived >= 1) return `${monthsLived} mo`;
  const days = Math.round((Date.UTC(y, m - 1, d) - Date.UTC(by, bm - 1, bd)) / 86_400_000);
  return `${days} d`;
}

/** Returns a coded word as people read it: `entered-in-error` becomes `Entered in error`. */
export function formatCode(code) {
  if (!code) return "";
  const words = String(code).replaceAll(/[-_]/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const unitWords = new Map([
  ["Cel", "°C"], ["[degF]", "°F"], ["mm[Hg]", "mmHg"], ["[lb_av]", "lb"], ["[in_i]", "in"],
  ["cm[H2O]", "cmH2O"], ["1", ""],
]);

/**
 * Returns a unit as people write it: `10*3/uL` becomes `10³/µL`, `{score}` is left out.
 * Spec: UCUM 2.1, curly braces and powers, https://ucum.org/ucum
 */
export function formatUnit(unit) {
  if (!unit) return "";
  if (unitWords.has(unit)) return unitWords.get(unit);
  return unit
    .replace(/\/?\{1\.73_m2\}/, "/1.73 m²")
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/10\*(\d+)/g, (_, power) => `10${raised(power)}`)
    .replaceAll(/\bm2\b/g, "m²")
    .replaceAll(/\bu(?=[LgmI])/g, "µ")
    .replaceAll("[IU]", "IU");
}

const raised = (digits) => [...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");

/** Returns `3 minutes`, `1 hour`; never less than one minute. */
export function formatWait(seconds) {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  if (minutes < 60) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  const hours = Math.ceil(minutes / 60);
  return hours === 1 ? "1 hour" : `${hours} hours`;
}

/** Returns `1 patient` or `12 patients`. */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}

/** Returns `today at 14:07` or the date and time. */
export function formatRecent(text, now = new Date()) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text ?? "";
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return at.toDateString() === now.toDateString() ? `Today ${clock}` : `${localDate(at)} ${clock}`;
}

/** Returns a short name for a browser and its system, from the text it sends. */
export function formatAgent(agent) {
  if (!agent) return "Unknown program";
  const browsers = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"],
    ["Safari/", "Safari"], ["curl/", "curl"]];
  const systems = [["Windows", "Windows"], ["Android", "Android"], ["iPhone", "iPhone"],
    ["iPad", "iPad"], ["Mac OS", "Mac"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];
  const browser = browsers.find(([mark]) => agent.includes(mark))?.[1];
  const system = systems.find(([mark]) => agent.includes(mark))?.[1];
  if (!browser) return agent.slice(0, 60);
  return system ? `${browser} on ${system}` : browser;
}
