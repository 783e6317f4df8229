// web/lib/patience.js - waiting for a box that is away for a moment, such as during its restart.

/** How long a save waits for the box, in milliseconds, and how often it knocks. */
export const patienceMsMax = 90_000;
export const pauseMs = 1_000;
const passingStatus = new Set([0, 502, 503, 504]);

/** Whether the box is only away: nobody answers, or it says that it is back soon. */
export function isPassing(error) {
  if (!passingStatus.has(error.status)) return false;
  return error.status !== 503 || (error.retryAfterSeconds ?? Infinity) <= 10;
}

/**
 * Calls `act` until the box answers for good. The act must be one that the box does only once however
 * often it is sent. `tell(true)` is called when it begins to wait, `tell(false)` when that is over.
 */
export async function patiently(act, { tell = () => {}, pause = wait, nowMs = Date.now } = {}) {
  const untilMs = nowMs() + patienceMsMax;
  let isWaiting = false;
  try {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (!isPassing(error) || nowMs() >= untilMs) throw error;
        if (!isWaiting) tell(true);
        isWaiting = true;
        await pause(pauseMs);
      }
    }
  } finally {
    if (isWaiting) tell(false);
  }
}

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
