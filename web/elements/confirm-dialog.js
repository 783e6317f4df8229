// web/elements/confirm-dialog.js - asks before something that is felt at once.
import { element } from "../lib/html.js";

/** Asks; resolves with true when the person says so, false for Escape or the other button. */
export function askFirst({ title, text, button, isDanger = false }) {
  return new Promise((resolve) => {
    const close = (answer) => dialog.close(answer ? "yes" : "");
    const dialog = element`<dialog aria-labelledby="ask-title" aria-describedby="ask-text">
      <div class="dialog-body"><h2 id="ask-title">${title}</h2><p id="ask-text">${text}</p>
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => close(false)}>Go back</button>
          <button type="button" class="button ${isDanger ? "danger" : "first"}" autofocus
            @click=${() => close(true)}>${button}</button></div></div></dialog>`;
    const before = document.activeElement;
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.();
      resolve(dialog.returnValue === "yes");
    });
    document.getElementById("dialogs").append(dialog);
    dialog.showModal();
  });
}
