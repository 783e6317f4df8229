// web/lib/keys.js - keyboard shortcuts, single keys, sequences and chords.
// Spec: WCAG 2.2, 2.1.4 Character Key Shortcuts, https://www.w3.org/TR/WCAG22/#character-key-shortcuts

import { readSettings } from "./state.js";

const sequenceMsMax = 1200;

/** Says whether keys typed into this element are text. */
export function takesText(node) {
  if (!node) return false;
  if (node.isContentEditable) return true;
  const name = node.localName;
  if (name === "textarea" || name === "select") return true;
  return name === "input" && !["checkbox", "radio", "button", "submit"].includes(node.type);
}

/** A list of shortcuts; `keys` is `/`, `?`, `g p` or `Control+k`. */
export class KeyMap {
  #entries = []; #pending = null; #pendingAtMs = 0; #isSingleKeyOn;

  /** `isSingleKeyOn` is asked at each key press. */
  constructor(isSingleKeyOn) {
    this.#isSingleKeyOn = isSingleKeyOn;
  }

  /** Adds a shortcut and returns the function that takes it away. */
  add(keys, what, run) {
    const entry = { keys, what, run };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** Returns `{ keys, what }` of every shortcut in the order they were added. */
  list() {
    return this.#entries.map(({ keys, what }) => ({ keys, what }));
  }

  /** Handles one key press; returns whether a shortcut ran or a sequence began. */
  press(event, nowMs = Date.now()) {
    if (event.defaultPrevented || event.isComposing) return false;
    if (event.ctrlKey || event.metaKey) {
      return this.#run(`Control+${event.key.toLowerCase()}`, event);
    }
    if (event.altKey || event.key.length !== 1) return false;
    if (!this.#isSingleKeyOn() || takesText(event.target)) return false;
    const first = nowMs - this.#pendingAtMs < sequenceMsMax ? this.#pending : null;
    this.#pending = null;
    if (first && this.#run(`${first} ${event.key}`, event)) return true;
    if (this.#run(event.key, event)) return true;
    if (this.#entries.some(({ keys }) => keys.startsWith(`${event.key} `))) {
      this.#pending = event.key;
      this.#pendingAtMs = nowMs;
      return true;
    }
    return false;
  }

  #run(keys, event) {
    const entry = this.#entries.findLast((candidate) => candidate.keys === keys);
    if (!entry) return false;
    event.preventDefault();
    entry.run(event);
    return true;
  }
}

/** The shortcuts of this tab. */
export const keys = new KeyMap(() => readSettings().hasSingleKeys);
