// web/pages/backups/drill.js - trying the recovery kit, before it is needed.
import { markField, showErrors } from "../../elements/error-summary.js";
import { post } from "../../lib/api.js";
import { formatRecent } from "../../lib/format.js";
import { element } from "../../lib/html.js";

/** Returns the card of the drill; `showLast` says when it was done. */
export function drillCard(page) {
  const card = element`<section class="card"><header><h2>Drill with the recovery kit</h2>
      <span class="quiet last"></span></header>
    <div class="card-body"><p>Once a quarter, fetch the recovery kit from where it lies and type its code.
      The box restores the newest backup for a try with nothing but that code, as it would have to be done
      on another machine, and removes what it restored.</p><div class="errors"></div></div></section>`;
  card.showLast = (at) => {
    card.querySelector(".last").textContent = at ? `Last done ${formatRecent(at)}` : "Not done yet";
  };
  if (page.mayChange) card.querySelector(".card-body").append(drillForm(page, card));
  return card;
}

function drillForm(page, card) {
  const form = element`<form novalidate><div class="field"><label for="kit-code">Code of the recovery kit</label>
      <p class="hint" id="kit-code-hint">Capital letters, blanks and hyphens do not matter.</p>
      <input class="input" id="kit-code" name="code" autocomplete="off" spellcheck="false"
        autocapitalize="characters" maxlength="200" aria-describedby="kit-code-hint"></div>
    <p><button type="submit" class="button">Begin the drill</button></p></form>`;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = form.querySelector("input");
    const button = form.querySelector("button");
    const errors = card.querySelector(".errors");
    markField(input, null);
    errors.replaceChildren();
    if (!input.value.trim()) {
      markField(input, "Type the code.");
      showErrors(errors, "The drill was not begun", [{ id: "kit-code", message: "Type the code." }]);
      return;
    }
    button.disabled = true;
    try {
      await post("/backups/drill", { code: input.value });
      input.value = "";
      errors.replaceChildren(element`<p class="message" role="status">The drill goes on. How it ended is
        told at the top of this page.</p>`);
      page.reload();
    } catch (error) {
      markField(input, error.message);
      showErrors(errors, "The drill was not begun", [{ id: "kit-code", message: error.message }]);
    }
    button.disabled = false;
  });
  return form;
}
