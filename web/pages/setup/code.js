// web/pages/setup/code.js - the first screen: the code of the box, and what the box is for.
import { element, html } from "../../lib/html.js";
import { field, form } from "./form.js";

/** Asks for the code that the box shows, and what the box is for. */
export function codeScreen({ send, show }) {
  const body = html`<p>This box belongs to no clinic yet. Whoever sets it up decides who may open it,
    so it first wants to know that you stand beside it.</p>
    ${form({
      fields: html`${field({
        id: "code", label: "Setup code", isFirst: true, class: "input setup-code",
        hint: html`The box shows it on its screen, in its journal, and in the file
          <code>setup-code.txt</code> of its data folder. Small letters are fine; hyphens do not
          matter. It works once and for 30 minutes; for another one run
          <code>tribal-ehr setup-code</code> on the box.`,
      })}${kindChoice("clinic")}`,
      submit: "Go on", busy: "Checking the code…",
      send: async ({ code, kind }) => {
        const state = await send("claim", { code });
        if (!state) return;
        if (kind === "restore") show(state, { step: "restore" });
        else if (state.step !== "kind") show(state);
        else await choose({ state, kind, show });
      },
    })}`;
  const choose = async ({ state, kind }) => {
    show(state, { step: "kind" });
    const next = await send("kind", { kind });
    if (next) show(next);
  };
  return { title: "Set up this box", body };
}

/** Asks what the box is for, where the code was proved already. */
export function kindScreen({ state, send, show }) {
  return {
    title: "What is this box for?",
    body: form({
      fields: kindChoice(state.kind ?? "clinic"), submit: "Go on", busy: "Keeping it…",
      send: async ({ kind }) => {
        if (kind === "restore") return show(state, { step: "restore" });
        const next = await send("kind", { kind });
        return next ? show(next, { step: "clinic" }) : undefined;
      },
    }),
  };
}

function kindChoice(chosen) {
  const option = (kind, name, words) => element`<label class="setup-choice">
    <input type="radio" name="kind" value="${kind}" ?checked=${kind === chosen}>
    <span><strong>${name}</strong><span class="quiet">${words}</span></span></label>`;
  return html`<fieldset class="setup-choices"><legend class="field-label">What is this box for?</legend>
    ${option("clinic", "A new clinic", "Real people. The box begins empty.")}
    ${option("practice", "Practice, with invented people",
      "Twenty invented patients to learn with. A yellow bar says so on every page, and every night "
      + "the clinic is as it was in the beginning.")}
    ${option("restore", "Restore a backup", "An earlier box goes on living on this one. You need the "
      + "backup file and the recovery kit.")}</fieldset>`;
}
