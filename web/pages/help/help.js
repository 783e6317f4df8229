// web/pages/help/help.js - the handbook that the box itself serves.
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { element, html } from "../../lib/html.js";
import { renderMarkdown } from "../../lib/markdown.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("./help.css", import.meta.url);

const topics = [
  ["sign-in", "Signing in"], ["patient-search", "Finding a patient"],
  ["registration", "Registering a patient"], ["merge", "Two records of one person"],
  ["chart", "Reading a chart"], ["vitals", "Recording vitals"], ["keyboard", "Keyboard"], ["sessions", "Your sign-in"],
  ["second-factor", "The second factor"],
  ["audit-log", "The audit log"], ["who-may-see-what", "Who may see what"],
  ["break-glass", "Emergency access"], ["delegation", "Standing in"],
  ["locked-out", "Locked out"], ["install", "Install, update, remove"], ["setup", "Setting up a box"],
  ["recovery-kit", "The recovery kit"], ["restore", "Restore a backup"],
  ["time-machine", "Time machine"], ["practice-clinic", "The practice clinic"],
  ["demo-clinic", "The invented people"],
  ["trust-this-device", "Trust on a device"], ["certificates", "Certificates"],
  ["backups", "Backups"], ["updates", "Updates"], ["maintenance", "Closing for maintenance"],
  ["purge", "Destroying a record"], ["administration", "For administrators"],
  ["users", "Users and roles"], ["access-review", "Access review"],
  ["clinic-and-places", "Clinic, locations, providers"], ["settings", "Settings"],
  ["code-systems", "Code systems"],
  ["fhir", "For programs: FHIR"], ["subscriptions", "For programs: being told"],
];

/** Opens one topic of the handbook, the first one by itself. */
export function open(outlet, { topic }) {
  const text = element`<article class="help-text"></article>`;
  const nav = element`<nav aria-label="Handbook"><ul>${topics.map(([key, label]) =>
    html`<li><a href="/help/${key}" data-topic="${key}">${label}</a></li>`)}</ul></nav>`;
  outlet.replaceChildren(html`<div class="page help">${nav}${text}</div>`);
  show(nav, text, topic);
  return {
    change(parts) {
      show(nav, text, parts.topic).then(() => text.querySelector("h1")?.focus());
      return true;
    },
  };
}

async function show(nav, text, topic) {
  const key = topics.find(([known]) => known === topic)?.[0] ?? topics[0][0];
  for (const link of nav.querySelectorAll("a")) {
    if (link.dataset.topic === key) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (!text.firstChild) text.append(loadingNote("the handbook"));
  try {
    const answer = await fetch(new URL(`../../help/${key}.md`, import.meta.url));
    if (!answer.ok) throw new Error("unanswered");
    text.replaceChildren(...renderMarkdown(await answer.text(), addressOf));
    const heading = text.querySelector("h1");
    if (heading) heading.tabIndex = -1;
  } catch {
    const error = { message: "The handbook could not be loaded from the box." };
    text.replaceChildren(failedNote(error, () => show(nav, text, topic)));
  }
}

const addressOf = (address) => (address.endsWith(".md") ? `/help/${address.slice(0, -3)}` : address);
