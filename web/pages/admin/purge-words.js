// web/pages/admin/purge-words.js - what is wrong with what was typed to destroy a record.

const reasonLettersMin = 10;

/** Returns what is wrong with the name of a record, or null. */
export function nameProblem(text) {
  return /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(text.trim()) ? null
    : "Write the type and the id with a slash, such as Observation/5.";
}

/** Returns what is wrong with a reason, or null. */
export function reasonProblem(text) {
  const letters = [...text].filter((letter) => /\p{L}/u.test(letter)).length;
  return letters >= reasonLettersMin ? null
    : `Give a reason of at least ${reasonLettersMin} letters. It stays in the audit log.`;
}
