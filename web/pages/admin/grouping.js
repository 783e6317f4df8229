// web/pages/admin/grouping.js - puts rows together, without a page around it.

/** Returns sessions by person, in the order in which each person comes first. */
export function byPerson(items) {
  const people = new Map();
  for (const item of items) {
    if (!people.has(item.userId)) {
      people.set(item.userId, {
        userId: item.userId, username: item.username, name: item.displayName || item.username,
        sessions: [],
      });
    }
    people.get(item.userId).sessions.push(item);
  }
  return [...people.values()];
}

const depthMax = 3;

/**
 * Returns places as a tree in one list, each with its `depth`; a place whose parent is not there
 * stands at the top, and a circle is cut.
 */
export function asTree(places) {
  const known = new Set(places.map(({ id }) => id));
  const rows = [];
  const seen = new Set();
  const add = (place, depth) => {
    if (seen.has(place.id)) return;
    seen.add(place.id);
    rows.push({ ...place, depth: Math.min(depth, depthMax) });
    for (const child of places) if (child.partOf === place.id) add(child, depth + 1);
  };
  for (const place of places) if (!place.partOf || !known.has(place.partOf)) add(place, 0);
  for (const place of places) add(place, 0);
  return rows;
}
