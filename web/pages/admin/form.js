// web/pages/admin/form.js - what the forms of the administrator's pages share.
import { markField, showErrors } from "../../elements/error-summary.js";
import { element, html } from "../../lib/html.js";
import { addStyle } from "../../lib/styles.js";

await addStyle("./admin.css", import.meta.url);

/** The id of the input that stands for a field of the box. */
export const idOf = (name) => `f-${name}`;

/** Returns a labelled input; `name` is the name that the box gives the field. */
export function textField(name, label, {
  value = "", hint = "", type = "text", isRequired = false, isWide = false, list = null,
  isReadOnly = false,
} = {}) {
  const id = idOf(name);
  return element`<div class="field ${isWide ? "wide" : ""}"><label for="${id}">${label}
    ${isRequired ? null : html`<span class="quiet optional">(optional)</span>`}</label>
    ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : null}
    <input class="input" id="${id}" name="${name}" type="${type}" autocomplete="off" .value=${value}
      list="${list}" ?readonly=${isReadOnly}
      aria-describedby="${hint ? `${id}-hint` : null}"></div>`;
}

/** Returns a labelled list of choices of `[value, words]`. */
export function choiceField(name, label, choices, { value = "", hint = "", isWide = false } = {}) {
  const id = idOf(name);
  return element`<div class="field ${isWide ? "wide" : ""}"><label for="${id}">${label}</label>
    ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : null}
    <select class="input" id="${id}" name="${name}" aria-describedby="${hint ? `${id}-hint` : null}">
      ${choices.map(([key, words]) => html`<option value="${key}" ?selected=${key === value}>${words}
        </option>`)}</select></div>`;
}

/** Returns the text of an input of a form, without blanks at its ends. */
export const valueOf = (form, name) =>
  form.querySelector(`[id="${idOf(name)}"]`)?.value.trim() ?? "";

/** Tells a screen reader, and nobody else, what has happened. */
export function announce(text) {
  document.getElementById("announcements").textContent = text;
}

/** Returns a note of success that takes the focus when asked to. */
export const doneNote = (text) =>
  element`<div class="message good no-print" role="status" tabindex="-1"><p>${text}</p></div>`;

/**
 * Makes a form send itself: `run()` does the work, `onConflict()` is called where somebody else was
 * faster. What the box refuses is shown in `place` and at the field that it names.
 */
export function whenSubmitted(form, place, { title, run, onConflict }) {
  const send = async () => {
    const button = form.querySelector("[type=submit]");
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    place.replaceChildren();
    form.querySelectorAll("[aria-invalid]").forEach((input) => markField(input, null));
    try {
      await run();
    } catch (error) {
      if (error.status === 412 && onConflict) await onConflict();
      else showRefusal(form, place, title, error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  return send;
}

/** Shows what the box refused. */
export function showRefusal(form, place, title, error) {
  const details = error.details?.length ? error.details : [{ message: error.message }];
  const problems = details.map(({ location, message }) => {
    const input = location ? form.querySelector(`[id="${CSS.escape(idOf(location))}"]`) : null;
    if (input?.matches("input, select, textarea")) markField(input, message);
    return { id: input?.id, message };
  });
  showErrors(place, title, problems);
}
