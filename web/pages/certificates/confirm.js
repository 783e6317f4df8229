// web/pages/certificates/confirm.js - says to the box that this browser takes its fresh certificate.
import { post } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";

const tryPauseMs = 1_500;
const triesMax = 20;

/** Opens the page; the token stands behind # in the address, so that no log sees it. */
export function open(outlet) {
  const place = element`<div class="message" role="status"><h2>Confirming the certificate</h2>
    <p>One moment…</p></div>`;
  outlet.replaceChildren(html`<div class="page"><div class="page-head"><h1>Certificate</h1></div>
    ${place}</div>`);
  confirm(place, location.hash.slice(1));
  return {};
}

async function confirm(place, token) {
  for (let tries = 0; tries < triesMax; tries += 1) {
    try {
      await post("/certificates/confirm", { token });
      say(place, "good", "The certificate is confirmed",
        "This browser takes it. You can close this page and go on where you were.");
      return;
    } catch (error) {
      if (error.status !== 409) {
        say(place, "danger", "The certificate was not confirmed", error.message);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, tryPauseMs));
    }
  }
  say(place, "danger", "The certificate was not confirmed",
    "The box still shows the certificate of before under this name.");
}

function say(place, tone, title, text) {
  place.className = `message ${tone}`;
  place.replaceChildren(html`<h2>${title}</h2><p>${text}</p>`);
}
