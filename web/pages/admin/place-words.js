// web/pages/admin/place-words.js - places and opening hours in words.

/** The kinds of place by the codes of FHIR's location-physical-type. */
export const kindWords = new Map([
  ["si", "Site"], ["bu", "Building"], ["wi", "Wing"], ["ro", "Room"], ["ve", "Vehicle (mobile unit)"],
  ["ho", "House"], ["area", "Area"],
]);

/** The states of a place. */
export const statusWords = new Map([
  ["active", "In use"], ["suspended", "Closed for a while"], ["inactive", "Not used any more"],
]);

/** The days of the week in the order of the form. */
export const days = [
  ["mon", "Monday"], ["tue", "Tuesday"], ["wed", "Wednesday"], ["thu", "Thursday"],
  ["fri", "Friday"], ["sat", "Saturday"], ["sun", "Sunday"],
];

/** Returns opening hours in a few lines: `Mon–Fri 08:00–17:00`. */
export function hoursWords(hours = []) {
  const byDay = days.map(([key, name]) => [name.slice(0, 3), hours.filter(({ day }) => day === key)
    .map(({ opens, closes }) => `${opens}–${closes}`).sort().join(", ")]);
  const lines = [];
  for (const [name, text] of byDay) {
    const last = lines.at(-1);
    if (!text) lines.push(null);
    else if (last?.text === text) last.to = name;
    else lines.push({ from: name, to: name, text });
  }
  return lines.filter(Boolean)
    .map(({ from, to, text }) => `${from === to ? from : `${from}–${to}`} ${text}`);
}
