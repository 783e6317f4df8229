// web/pages/setup/form.js - what the forms of the setup share: fields, required answers, sending.
import { markField, showErrors } from "../../elements/error-summary.js";
import { element, html } from "../../lib/html.js";

/** Returns a labelled text field; `more` are attributes of the input. */
export function field({ id, label, hint, value = "", isFirst = false, isOptional = false, ...more }) {
  const input = element`<input class="input" id="setup-${id}" name="${id}" value="${value}"
    autocapitalize="none" autocorrect="off" spellcheck="false">`;
  for (const [name, text] of Object.entries({ autocomplete: "off", ...more })) {
    input.setAttribute(name, text);
  }
  if (isFirst) input.dataset.first = "";
  if (!isOptional) input.required = true;
  if (hint) input.setAttribute("aria-describedby", `setup-${id}-hint`);
  return html`<div class="field"><label for="setup-${id}">${label}${isOptional
    ? html` <span class="quiet">(optional)</span>` : null}</label>${input}
    ${hint ? html`<p class="hint" id="setup-${id}-hint">${hint}</p>` : null}</div>`;
}

/** Returns a form whose `send(values)` runs when every required field is filled. */
export function form({ fields, submit, busy, back, send }) {
  const node = element`<form novalidate>${fields}<div class="setup-actions">
    <button type="submit" class="button first">${submit}</button>
    ${back ? html`<button type="button" class="button" @click=${back}>Back</button>` : null}
    </div></form>`;
  const button = node.querySelector("[type=submit]");
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true" || !isComplete(node)) return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = busy;
    try {
      await send(Object.fromEntries(new FormData(node)));
    } finally {
      button.removeAttribute("aria-disabled");
      button.textContent = submit;
    }
  });
  return node;
}

function isComplete(node) {
  const missing = [];
  for (const input of node.querySelectorAll("input:required, select:required")) {
    const label = node.querySelector(`label[for="${input.id}"]`)?.textContent.trim() ?? "this";
    const words = input.value.trim() ? null : `Fill in: ${label}.`;
    markField(input, words);
    if (words) missing.push({ id: input.id, message: words });
  }
  if (missing.length === 0) return true;
  const place = node.closest(".setup-card").querySelector(".errors");
  place.hidden = false;
  showErrors(place, "Something is missing", missing);
  return false;
}
