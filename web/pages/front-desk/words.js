// web/pages/front-desk/words.js - what was written in a step, as people read it.
import { formatDate } from "../../lib/format.js";

/** Returns the pairs of a list of choices, which is one of the box or written here. */
export const pairsOf = (choices, from) => (Array.isArray(choices) ? choices
  : (from[choices] ?? []).map(({ key, words }) => [key, words]));

/** Returns a value in words; an empty text for none. */
export function wordsOf(field, value, from, entry = {}) {
  if (value === undefined || value === null || value === "" || value === false) return "";
  if (field.date) return formatDate(value);
  if (field.flag) return "Yes";
  if (field.language) return entry.name || value;
  if (field.place) return entry.facilityName || value;
  if (field.many) {
    return value.map((key) => pairsOf(field.many, from).find(([one]) => one === key)?.[1] ?? key)
      .join(", ");
  }
  if (field.choices) return pairsOf(field.choices, from).find(([one]) => one === value)?.[1] ?? value;
  return String(value);
}

/** Returns the rows `{ label, words, parts, isSecret }` of a step; what is empty is left out. */
export function rowsOf(step, values, from) {
  const rows = [];
  for (const field of step.fields) {
    if (!field.list) {
      const words = wordsOf(field, values?.[field.name], from);
      if (words) rows.push({ label: field.label, words });
      continue;
    }
    const entries = values?.[field.list] ?? [];
    entries.forEach((entry, index) => {
      const parts = field.fields.filter((one) => !one.isSecret)
        .map((one) => (one.flag ? entry[one.name] && one.label
          : wordsOf(one, entry[one.name], from, entry))).filter(Boolean);
      const label = entries.length > 1 ? `${field.one} ${index + 1}` : field.one;
      if (parts.length) rows.push({ label, words: parts.join(", "), parts });
      for (const one of field.fields.filter(({ isSecret }) => isSecret)) {
        if (entry[one.name]) rows.push({ label: one.label, words: entry[one.name], isSecret: true });
      }
    });
  }
  return rows;
}

/** Returns a number of which only the end is shown. */
export const masked = (text) => `••••${text.length > 5 ? text.slice(-3) : ""}`;

/** Returns the rows of two sets of values beside each other, for a conflict. */
export function compared(step, mine, theirs, from) {
  const [a, b] = [rowsOf(step, mine, from), rowsOf(step, theirs, from)];
  const labels = [...new Set([...a, ...b].map(({ label }) => label))];
  const find = (rows, label) => rows.filter((row) => row.label === label);
  const told = (rows, others) => rows.map(({ words, isSecret }) =>
    // Only who has to compare two numbers sees them.
    (isSecret && (others.length === 0 || others.some((other) => other.words === words))
      ? masked(words) : words)).join("; ");
  return labels.map((label) => {
    const [left, right] = [find(a, label), find(b, label)];
    return { label, mine: told(left, right), theirs: told(right, left) };
  });
}

const gradeWords = [[85, "Very likely the same person"], [55, "May be the same person"],
  [0, "Has something in common"]];
const signWords = { "birth-date": "same date of birth", "birth-date-swapped": "day and month swapped",
  "family-sound": "family name sounds the same", family: "same family name",
  "given-sound": "given name sounds the same", nickname: "short form of the name",
  given: "same given name", sex: "same sex" };

/** Says how alike somebody is. */
export const likeness = ({ points }) => gradeWords.find(([least]) => points >= least)[1];

/** Says what two records have in common. */
export const signsOf = ({ signs }) => signs.map((sign) => signWords[sign] ?? sign).join(", ");
