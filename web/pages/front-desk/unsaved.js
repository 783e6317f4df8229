// web/pages/front-desk/unsaved.js - what was typed and not saved, so that a session that ends takes
// nothing along. In the memory of this tab only, for the same person, and gone with a sign-out.
import { session } from "../../lib/session.js";

const kept = new Map();
let owner = null;

session.subscribe(({ user, endedBecause }) => {
  if ((!user && endedBecause === "sign-out") || (user && owner !== null && user.id !== owner)) kept.clear();
  owner = user?.id ?? owner;
});

const keyOf = (id, step) => `${id} ${step}`;

/** Returns the values that were typed into a step and not saved; undefined where none were. */
export const unsavedOf = (id, step) => kept.get(keyOf(id, step));

/** Keeps what was typed into a step. */
export function keepUnsaved(id, step, values) {
  owner = session.get().user?.id ?? owner;
  kept.set(keyOf(id, step), values);
}

/** Forgets what was typed into a step. */
export function dropUnsaved(id, step) {
  kept.delete(keyOf(id, step));
}
