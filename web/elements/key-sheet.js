// web/elements/key-sheet.js - the list of keyboard shortcuts.
import { element, html } from "../lib/html.js";
import { keys } from "../lib/keys.js";
import { readSettings, writeSettings } from "../lib/state.js";

const shown = (combination) => combination.split(" ").map((key) => key.split("+")
  .map((part) => html`<kbd>${part === "Control" ? "Ctrl" : part}</kbd> `));

/** Opens the list. */
export function openKeySheet() {
  const rows = keys.list().map(({ keys: combination, what }) =>
    html`<tr><th scope="row">${what}</th><td class="nowrap">${shown(combination)}</td></tr>`);
  const change = (event) => writeSettings({ hasSingleKeys: event.target.checked });
  const dialog = element`<dialog aria-labelledby="key-title">
    <div class="dialog-body">
      <h2 id="key-title">Keyboard shortcuts</h2>
      <table class="table"><thead><tr><th scope="col">To</th><th scope="col">Press</th></tr></thead>
        <tbody>${rows}</tbody></table>
      <label class="switch"><input type="checkbox" ?checked=${readSettings().hasSingleKeys}
        @change=${change}> Single keys work (Ctrl combinations always do)</label>
      <div class="dialog-actions"><button type="button" class="button first" autofocus
        @click=${() => dialog.close()}>Close</button></div>
    </div></dialog>`;
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
  return dialog;
}
