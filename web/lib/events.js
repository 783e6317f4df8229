// web/lib/events.js - what others change, told by the box as it happens.
import { follower } from "./follower.js";
import { session } from "./session.js";
import { createStore } from "./state.js";

/** `state` is `off` while nobody is signed in, `live`, or `stale` while the box is not heard. */
export const liveness = createStore({ state: "off" });

const listeners = new Set();

/**
 * Calls the listener with each change that this person may see: `{ type, id, version, patient,
 * isDeleted, isOwn }`, or `{ isReset: true }`. Returns the function that ends this.
 */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Follows changes as long as somebody is signed in and may work. */
export function watchChanges() {
  if (typeof EventSource !== "function") return;
  const own = follower({
    source: (address) => new EventSource(address),
    tell: (change) => [...listeners].forEach((listener) => listener(change)),
    setState: (state) => {
      if (liveness.get().state !== state) liveness.set({ state });
    },
  });
  let followed = null;
  const look = ({ user, next }) => {
    const now = user && !next ? user.id : null;
    if (now === followed) return;
    followed = now;
    own.stop();
    if (now) own.start();
  };
  session.subscribe(look);
  look(session.get());
  window.addEventListener("pagehide", () => own.stop());
}
