// web/pages/admin/subscription-words.js - how a subscription stands, in the words of a clinic.

const labels = {
  requested: ["Waits for the first answer", "warn"], active: ["Works", "good"],
  error: ["Stopped by a fault", "danger"], off: ["Off", ""],
};

/** Returns `{ label, kind, text }` for a subscription as the box tells it. */
export function stateWords({ state, failures, words }) {
  const [label, kind] = labels[state] ?? [state, ""];
  if (state === "active" && failures > 0) {
    const tries = failures === 1 ? "The last try failed." : `The last ${failures} tries failed.`;
    return { label: "Tries again", kind: "warn", text: `${tries} ${words} Nothing is lost.` };
  }
  if (state === "error") return { label, kind, text: `${words} Start it again when this is mended.` };
  return { label, kind, text: words };
}

/** Who is told over a web socket. */
export function listenerWords({ isListening }) {
  return isListening ? "A program that listens now, over a web socket"
    : "Nobody at present: no program listens. What changes is told when one comes back.";
}
