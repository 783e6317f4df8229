// web/elements/code-search-words.js - what the field that finds a code does and says; knows no page.
import { count } from "../lib/format.js";

/** Returns the place in a list of `size` that a key leads to; null where the key moves nothing. */
export function movedTo(key, at, size) {
  if (size === 0) return null;
  switch (key) {
    case "ArrowDown": return at + 1 >= size ? 0 : at + 1;
    case "ArrowUp": return at <= 0 ? size - 1 : at - 1;
    case "PageDown": return Math.min(size - 1, at + 8);
    case "PageUp": return Math.max(0, at - 8);
    default: return null;
  }
}

/** Returns the sentence that says what was found. */
export function foundWords(shown, total) {
  if (total === 0) return "Nothing fits. Check the spelling, or try fewer or other words.";
  const found = count(total, "code");
  return total > shown ? `${found} fit. These are the first ${shown}; type more to narrow them down.`
    : `${found} ${total === 1 ? "fits" : "fit"}.`;
}
