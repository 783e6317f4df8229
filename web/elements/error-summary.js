// web/elements/error-summary.js - the list of what is wrong in a form, which takes the focus.
import { element } from "../lib/html.js";

/** Shows the summary in `place` and moves the focus there; `problems` are `{ id?, message }`. */
export function showErrors(place, title, problems) {
  const items = problems.map(({ id, message }) => {
    if (!id) return element`<li>${message}</li>`;
    const jump = (event) => {
      event.preventDefault();
      document.getElementById(id)?.focus();
    };
    return element`<li><a href="#${id}" @click=${jump}>${message}</a></li>`;
  });
  const summary = element`<div class="message danger" role="alert" tabindex="-1">
    <h2>${title}</h2><ul>${items}</ul></div>`;
  place.replaceChildren(summary);
  summary.focus();
}

/** Marks a field as wrong, or as right again when `message` is null. */
export function markField(input, message) {
  const id = `${input.id}-problem`;
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ")
    .filter((part) => part && part !== id);
  document.getElementById(id)?.remove();
  if (message) {
    (input.closest(".with-button") ?? input).before(element`<p class="problem" id="${id}">${message}</p>`);
    described.push(id);
  }
  input.toggleAttribute("aria-invalid", false);
  if (message) input.setAttribute("aria-invalid", "true");
  if (described.length) input.setAttribute("aria-describedby", described.join(" "));
  else input.removeAttribute("aria-describedby");
}
