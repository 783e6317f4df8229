// web/lib/recent.js - what was opened in this tab, kept in memory only and dropped at sign-out.
import { session } from "./session.js";

const recentMax = 8;
let recent = [];
let owner = null;

session.subscribe(({ user }) => {
  if (user?.id !== owner) recent = [];
  owner = user?.id ?? null;
});

/** Returns the rows opened last, newest first. */
export const recentRows = () => recent;

/** Notes that a row was opened. */
export function noteOpened(item) {
  owner = session.get().user?.id ?? null;
  recent = [item, ...recent.filter(({ id }) => id !== item.id)].slice(0, recentMax);
}
