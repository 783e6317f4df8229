// web/elements/emergency-words.js - how emergencies are spoken of.

/** The kinds of emergency, with their words. */
export const categories = [
  ["emergency-treatment", "Emergency treatment of this patient"],
  ["danger-to-self-or-others", "Danger to the patient or to others"],
  ["public-health-emergency", "Public-health emergency"],
];

/** The parts of a chart that can be opened, with their words. */
export const parts = [
  ["general", "The chart: problems, medications, results, notes"],
  ["behavioral", "Behavioral health"],
  ["part2", "Substance use treatment (42 CFR Part 2)"],
  ["traditional", "Traditional medicine"],
];

/** The findings of a review, with their words. */
export const findings = [
  ["appropriate", "It was right to open the chart"],
  ["not-appropriate", "It was not right"],
  ["follow-up", "It needs a closer look; keep it in the list"],
];

/** Returns the words of a value in one of the lists. */
export const wordsOf = (list, value) => list.find(([one]) => one === value)?.[1] ?? value;

/** Returns the time that is left as `1:04:09` or `4:09`; `0:00` once it is over. */
export function timeLeft(untilMs, nowMs) {
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
