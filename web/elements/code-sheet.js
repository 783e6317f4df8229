// web/elements/code-sheet.js - recovery codes, shown once, to print or to save.
import { element, html } from "../lib/html.js";
import { session } from "../lib/session.js";

/** Shows the codes in place of the whole page; `done` is called when the person has kept them. */
export function showCodes(outlet, codes, done) {
  const { box, user } = session.get();
  const clinic = box?.clinicName || "Tribal EHR";
  outlet.replaceChildren(html`<div class="page code-sheet"><div class="card"><header>
      <h1>Your recovery codes</h1></header>
    <div class="card-body">
      <p>${clinic}: ${user?.displayName || user?.username}</p>
      <ol class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
      <p>Each code opens your account once, after your password, when your phone or passkey is not at
        hand. Keep the sheet where you keep other papers of value, not beside this computer. The codes
        are shown this once.</p>
      <p class="no-print actions">
        <button type="button" class="button" @click=${() => window.print()}>Print</button>
        <button type="button" class="button" @click=${() => save(codes, clinic)}>Save as a file</button>
        <button type="button" class="button first" @click=${done}>I have kept them</button></p>
    </div></div></div>`);
  const heading = outlet.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
  window.scrollTo(0, 0);
}

function save(codes, clinic) {
  const text = `Recovery codes for ${clinic}\n\n${codes.join("\n")}\n\nEach one opens your account once.\n`;
  const link = element`<a download="recovery-codes.txt"></a>`;
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
