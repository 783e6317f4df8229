// web/pages/certificates/acme.js - a certificate of an authority on the internet, renewed by itself.
import { showErrors } from "../../elements/error-summary.js";
import { get, post } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";

const lookPauseMs = 1_500;
const trialSecondsMax = 60;

/** Shows how it stands with the authority, and gets a certificate when the button is pressed. */
export function acmeCard(page, acme, acts) {
  const card = element`<section class="card" data-acme><header><h2>A certificate of an authority on the
      internet</h2></header>
    <div class="card-body"><div class="errors"></div>
      ${acme.state === "off" ? introduction() : facts(acme)}
      <div class="acme-step" role="status"></div>
      ${acme.state === "off" ? null : html`<p class="buttons">
        <button type="button" class="button" data-now>${acme.state === "on"
          ? "Renew it now" : "Get a certificate now"}</button>
        <button type="button" class="button" data-forget>Forget the account</button></p>`}
    </div></section>`;
  card.querySelector("[data-now]")?.addEventListener("click", () => begin(page, card, acts));
  card.querySelector("[data-forget]")?.addEventListener("click", (event) =>
    forget(page, card, event.currentTarget, acts));
  page.acmeCard = card;
  if (["working", "trial"].includes(acme.state)) follow(page, card, acts);
  return card;
}

function introduction() {
  return html`<p>An authority such as Let's Encrypt gives a certificate that every device trusts from the
      beginning, and the box renews it by itself. For that the clinic needs a domain, and the box has to be
      reached from the internet on port 80, or the name server has to be changed by a program.</p>
    <p>Without a way into the internet the certificate that the box makes is the right one.</p>
    <p><a href="/admin/settings">Set the authority and the names under Network in the settings</a>.
      <a href="/help/certificates">How it works</a>.</p>`;
}

function facts(acme) {
  const time = (text) => `${text.slice(0, 16).replace("T", " ")} UTC`;
  return html`<dl class="facts">
      <dt>For</dt><dd><ul class="names">${acme.names.map((name) => html`<li><bdi>${name}</bdi></li>`)}</ul></dd>
      <dt>Authority</dt><dd><bdi>${acme.directory}</bdi></dd>
      <dt>Proof</dt><dd>${acme.way === "dns-01" ? "a record in the name server"
        : "the authority looks at port 80 of the box"}</dd>
      ${acme.renewsAt ? html`<dt>Renews</dt><dd>${time(acme.renewsAt)}, by itself</dd>` : null}
      ${acme.lastTryAt ? html`<dt>Last try</dt><dd>${time(acme.lastTryAt)}</dd>` : null}</dl>
    ${acme.fault ? html`<div class="message danger"><h3>The last try failed</h3><p>${acme.fault}</p></div>`
      : null}`;
}

async function begin(page, card, acts) {
  const button = card.querySelector("[data-now]");
  button.disabled = true;
  card.querySelector(".errors").replaceChildren();
  try {
    await post("/certificates/acme", {});
    await follow(page, card, acts);
  } catch (error) {
    button.disabled = false;
    showErrors(card.querySelector(".errors"), "No certificate was asked for", [{ message: error.message }]);
  }
}

/** Tells what the box does until the certificate is on trial, in force, or refused. */
async function follow(page, card, acts) {
  const place = card.querySelector(".acme-step");
  for (const button of card.querySelectorAll("button")) button.disabled = true;
  while (page.isOpen && page.acmeCard === card) {
    let acme = null;
    try {
      acme = await get("/certificates/acme");
    } catch {
      // The certificate changes under the connection: the next look comes over another one.
    }
    if (acme?.token) {
      place.replaceChildren();
      await acts.tryOut(page, card, { token: acme.token, secondsMax: trialSecondsMax, names: acme.names });
      return;
    }
    if (acme && acme.state !== "working") {
      if (page.isOpen) await acts.load(page);
      return;
    }
    const words = `Working: ${acme?.step ?? "one moment"}…`;
    if (place.textContent !== words) place.textContent = words;
    await new Promise((resolve) => setTimeout(resolve, lookPauseMs));
  }
}

async function forget(page, card, button, acts) {
  if (!button.dataset.asked) {
    button.dataset.asked = "yes";
    button.textContent = "Press again to forget it";
    return;
  }
  try {
    await post("/certificates/acme/forget");
    await acts.load(page);
  } catch (error) {
    showErrors(card.querySelector(".errors"), "The account was not forgotten", [{ message: error.message }]);
  }
}
