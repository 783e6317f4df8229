// web/elements/state-note.js - says whether something is loading, empty or broken. Knows no feature.
import { element } from "../lib/html.js";
import { icon } from "./icon.js";

/** Returns a note that something is on its way; it stays blank for the first moment. */
export function loadingNote(what) {
  return element`<p class="state-note loading" role="status">Loading ${what}…</p>`;
}

/** Returns a note that there is nothing. */
export function emptyNote(text) {
  return element`<p class="state-note quiet">${text}</p>`;
}

/** Returns a note that something failed, with a button that tries again. */
export function failedNote(error, tryAgain) {
  const number = error.requestId
    ? element`<p class="quiet">Number for the administrator: <code>${error.requestId}</code></p>`
    : null;
  return element`<div class="message danger" role="alert">
    <p><strong>${icon("alert")} ${error.message}</strong></p>${number}
    <p ?hidden=${!tryAgain}><button type="button" class="button small" @click=${tryAgain}>
      Try again</button></p>
  </div>`;
}
