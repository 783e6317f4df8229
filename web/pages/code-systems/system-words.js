// web/pages/code-systems/system-words.js - what is said about a code system.

/** Returns whether all codes of a system are here, in words. */
export function holdingWords({ complete, key }) {
  if (key === "ucum") return "Every unit; the usual ones are listed";
  return complete ? "All of them" : "A part; a full release can be loaded";
}

/** Returns where the codes of a system come from, in words. */
export function originWords({ origin, source }) {
  if (origin === "loaded") return "Loaded by the clinic";
  if (origin === "clinic") return "Written by the clinic";
  return source ? `Built in: ${source}` : "Built in";
}
