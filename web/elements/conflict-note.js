// web/elements/conflict-note.js - two people changed the same thing: shows both and lets one choose.
import { element, html } from "../lib/html.js";

/** Returns the rows where two sets of words differ, of `{ label, mine, theirs }`. */
export const differing = (rows) => rows.filter(({ mine, theirs }) => mine !== theirs);

/**
 * Returns the note, which takes the focus when it is put in place by `showConflict`.
 * `rows` are `{ label, mine, theirs }` in words.
 */
export function conflictNote({ rows, saveMine, takeTheirs }) {
  const line = ({ label, mine, theirs }) => html`<tr><th scope="row">${label}</th>
    <td>${mine || "(empty)"}</td><td>${theirs || "(empty)"}</td></tr>`;
  const different = differing(rows);
  return element`<div class="message warn" role="alert" tabindex="-1">
    <h2>Somebody else saved this while you were writing</h2>
    <p>Nothing of yours was saved yet. Compare, then choose.</p>
    ${different.length ? html`<div class="table-frame"><table class="table"><thead><tr>
      <th scope="col">Field</th><th scope="col">Yours</th><th scope="col">On the box now</th></tr>
      </thead><tbody>${different.map(line)}</tbody></table></div>`
    : html`<p>Both say the same.</p>`}
    <p class="choices">
      <button type="button" class="button" @click=${takeTheirs}>Take what is on the box</button>
      <button type="button" class="button first" @click=${saveMine}>Save mine over it</button></p>
  </div>`;
}

/** Puts the note in its place and moves the focus there. */
export function showConflict(place, view) {
  const note = conflictNote(view);
  place.replaceChildren(note);
  note.focus();
}
