// web/elements/backup-line.js - how the backups stand, in one line on every administrator's page.
import { get } from "../lib/api.js";
import { element, html } from "../lib/html.js";
import { addStyle } from "../lib/styles.js";

await addStyle("./backup-line.css", import.meta.url);

const keptMs = 30_000;
const words = new Map([["green", ["good", "Backups are well"]], ["yellow", ["warn", "Backups need a look"]],
  ["red", ["danger", "Backups need you now"]]]);
let known = null;
let askedAtMs = 0;

/** Returns the tone and the words of a level: colour alone says nothing. */
export const levelWords = (level) => words.get(level) ?? words.get("yellow");

/** Forgets what was asked, so that the next line asks again. */
export function forgetBackupLine() {
  askedAtMs = 0;
}

/** Returns the line; it fills itself, and stays away where the box does not answer. */
export function backupLine() {
  const line = element`<p class="backup-line no-print" ?hidden=${known === null}></p>`;
  if (known) show(line, known);
  if (Date.now() - askedAtMs >= keptMs) ask(line);
  return line;
}

async function ask(line) {
  try {
    known = await get("/backups/status");
    askedAtMs = Date.now();
  } catch {
    return;
  }
  show(line, known);
}

function show(line, status) {
  const [tone, title] = levelWords(status.level);
  line.replaceChildren(html`<span class="tag ${tone}">${title}</span>
    <a href="/admin/backups">${status.line}</a>`);
  line.hidden = false;
}
