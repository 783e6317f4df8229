// web/lib/state.js - one small store: a value, and those who want to know when it changes.

/** Returns a store that holds one immutable value. */
export function createStore(initial) {
  let value = Object.freeze({ ...initial });
  const listeners = new Set();
  return {
    get: () => value,
    /** Replaces the named parts and tells every listener. */
    set(changes) {
      value = Object.freeze({ ...value, ...changes });
      for (const listener of [...listeners]) listener(value);
    },
    /** Calls the listener after each change; returns the function that ends this. */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const settingsKey = "tribal-ehr.settings";
const settingsDefault = { hasSingleKeys: true, density: "comfortable" };

/**
 * Returns this browser's display settings. Nothing about a patient is ever kept in web storage.
 */
export function readSettings(storage = globalThis.localStorage) {
  try {
    return { ...settingsDefault, ...JSON.parse(storage.getItem(settingsKey) ?? "{}") };
  } catch {
    return { ...settingsDefault };
  }
}

/** Changes this browser's display settings; a browser that refuses storage forgets them. */
export function writeSettings(changes, storage = globalThis.localStorage) {
  const settings = { ...readSettings(storage), ...changes };
  try {
    storage.setItem(settingsKey, JSON.stringify(settings));
  } catch {
    return settings;
  }
  return settings;
}
