// web/lib/match.js - finds the parts of a text that a search matched, to mark them.

// Letters that Unicode does not take apart, and signs that searching passes over; the server's
// search folds them the same way.
const folded = {
  ł: "l", ɫ: "l", ɬ: "l", ø: "o", đ: "d", ð: "d", ħ: "h", ı: "i", æ: "ae", œ: "oe", ß: "ss",
  þ: "th", ŋ: "n", ə: "e", "'": "", "’": "", "‘": "", ʼ: "", ʻ: "", ʔ: "", ʾ: "", "ˀ": "",
};

/** Returns the text without marks and letter case, as searching compares it. */
export function fold(text) {
  const plain = text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return [...plain].map((letter) => folded[letter] ?? letter).join("");
}

/**
 * Splits a text into `{ text, isMatch }`: the beginnings of its words that some search word begins
 * with are matches. Marks and letter case are ignored.
 */
export function matchParts(text, query) {
  const words = query.split(/[\s,]+/).map(fold).filter(Boolean)
    .sort((a, b) => b.length - a.length);
  const parts = [];
  const add = (piece, isMatch) => {
    if (!piece) return;
    const last = parts.at(-1);
    if (last && last.isMatch === isMatch) last.text += piece;
    else parts.push({ text: piece, isMatch });
  };
  for (const piece of text.split(/([\s,.\-()]+)/u)) {
    const start = fold(piece);
    const word = words.find((candidate) => start.startsWith(candidate));
    const end = word ? lengthOfFolded(piece, word.length) : 0;
    add(piece.slice(0, end), true);
    add(piece.slice(end), false);
  }
  return parts;
}

function lengthOfFolded(text, foldedLength) {
  let end = 0;
  let reached = 0;
  for (const character of text) {
    const width = fold(character).length;
    if (reached >= foldedLength && width > 0) break;
    reached += width;
    end += character.length;
  }
  return end;
}
