// web/lib/idle.js - when a session that nobody uses ends.

/** How long before the end a person is warned, in seconds. */
export const warningSeconds = 60;

/**
 * Returns the phase of a session: `active`, `warning` or `ended`, with the whole seconds left.
 * `isFinal` says that the end cannot be put off, because the longest time of a session is reached.
 */
export function idlePhase({ nowMs, heardAtMs, idleSeconds, absoluteExpiresAt }) {
  const idleLeft = idleSeconds - (nowMs - heardAtMs) / 1000;
  const endMs = absoluteExpiresAt ? Date.parse(absoluteExpiresAt) : Number.NaN;
  const absoluteLeft = Number.isNaN(endMs) ? Infinity : (endMs - nowMs) / 1000;
  const left = Math.min(idleLeft, absoluteLeft);
  const isFinal = absoluteLeft <= idleLeft;
  const phase = left <= 0 ? "ended" : left <= warningSeconds ? "warning" : "active";
  return { phase, secondsLeft: Math.max(0, Math.ceil(left)), isFinal };
}
