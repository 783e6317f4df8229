// web/pages/chart/notes.js - the clinical notes; one opens as text, and opening is on record.
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get } from "../../lib/api.js";
import { count, formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";

const notesMax = 50;

/** Returns the list of notes beside the open one. */
export function notesPanel(chart, openId) {
  const { notes, patient } = chart;
  if (notes.length === 0 && !openId) {
    return element`<section class="card"><h2>Notes</h2>
      <div class="card-body">${emptyNote("No note is recorded.")}</div></section>`;
  }
  const list = element`<ul class="note-list"></ul>`;
  const add = (some) => list.append(...some.map((note) => noteLink(note, patient, openId)));
  const at = notes.findIndex(({ id }) => id === openId);
  add(notes.slice(0, Math.max(notesMax, at + 1)));
  const rest = notes.slice(list.children.length);
  const more = rest.length === 0 ? null
    : element`<p class="card-body"><button type="button" class="button small">Show all
        ${notes.length}</button></p>`;
  more?.querySelector("button").addEventListener("click", () => {
    add(rest);
    more.remove();
  });
  return element`<div class="notes">
    <section class="card"><header><h2>Notes</h2><span class="quiet">${count(notes.length, "note")}
      </span></header>${list}${more}</section>
    <section class="card note-text" aria-label="Note" aria-live="polite">${openId
      ? openNote(patient.id, openId)
      : html`<div class="card-body">${emptyNote("Choose a note to read it.")}</div>`}</section>
  </div>`;
}

function noteLink(note, patient, openId) {
  const path = `/patients/${encodeURIComponent(patient.id)}/notes/${encodeURIComponent(note.id)}`;
  return html`<li><a href="${path}" aria-current="${note.id === openId ? "true" : null}">
    <span class="note-title"><bdi>${note.title}</bdi></span>
    <span class="quiet number">${formatDateTime(note.date)}</span>
    <span class="quiet"><bdi>${note.author ?? ""}</bdi></span>
    <span class="note-preview"><bdi>${note.preview}</bdi></span></a></li>`;
}

function openNote(patientId, noteId) {
  const place = element`<div class="card-body">${loadingNote("the note")}</div>`;
  const load = async () => {
    try {
      const note = await get(
        `/patients/${encodeURIComponent(patientId)}/notes/${encodeURIComponent(noteId)}`);
      place.replaceChildren(html`<h3 tabindex="-1"><bdi>${note.title}</bdi></h3>
        <p class="quiet">${[formatDateTime(note.date), note.author].filter(Boolean).join(" · ")}</p>
        <div class="note-body" dir="auto">${note.text}</div>`);
      if (place.isConnected) place.querySelector("h3").focus({ preventScroll: true });
    } catch (error) {
      place.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return place;
}
