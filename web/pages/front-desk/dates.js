// web/pages/front-desk/dates.js - dates as people type them, known to the day, the month or the year.

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const hint = "Write the date as 25-Feb-1980, 2/25/1980, Feb 1980 or 1980.";
const two = (number) => String(number).padStart(2, "0");

/**
 * Reads `25-Feb-1980`, `2/25/1980`, `2/1980`, `Feb 1980`, `1980`, `1980-02-25`. Returns `{ value }` with
 * as much of `YYYY-MM-DD` as is known, null for an empty text, and `{ problem }` for anything else.
 */
export function readDate(typed) {
  const text = typed.trim().toLowerCase();
  if (text === "") return null;
  const iso = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text);
  if (iso) return made(iso[1], iso[2], iso[3]);
  const american = /^(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})$/.exec(text);
  if (american) {
    return american[1] ? made(american[3], american[1], american[2]) : made(american[3], american[2]);
  }
  const named = /^(?:(\d{1,2})[\s.-]+)?([a-z]{3,9})[\s.,-]+(?:(\d{1,2})[\s,]+)?(\d{4})$/.exec(text);
  if (named && !(named[1] && named[3])) {
    const month = months.indexOf(named[2].slice(0, 3)) + 1;
    if (month) return made(named[4], month, named[1] ?? named[3]);
  }
  return { problem: hint };
}

function made(year, month, day) {
  if (!month) return { value: year };
  const [m, d] = [Number(month), day === undefined ? null : Number(day)];
  if (m < 1 || m > 12) return { problem: "There is no such month. Write it as in 25-Feb-1980." };
  if (d === null) return { value: `${year}-${two(m)}` };
  const last = new Date(Date.UTC(Number(year), m, 0)).getUTCDate();
  if (d < 1 || d > last) return { problem: "This month has no such day." };
  return { value: `${year}-${two(m)}-${two(d)}` };
}
