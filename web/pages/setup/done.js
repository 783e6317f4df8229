// web/pages/setup/done.js - the last screen: where the box is, and what comes next.
import { html } from "../../lib/html.js";
import { loadBox } from "../../lib/session.js";

/** Says where the box is found, and what a new clinic does first. */
export function doneScreen({ state }) {
  // The bar on top shows the clinic's name from here on; without an answer the next page asks again.
  loadBox().catch(() => null);
  const port = location.port ? `:${location.port}` : "";
  const address = (name) => `https://${name.includes(":") ? `[${name}]` : name}${port}`;
  const [first, ...others] = state.names;
  const isPractice = state.kind === "practice";
  return {
    title: isPractice ? "Your practice clinic is ready" : `${state.clinicName} is ready`,
    body: html`<p class="message good">The box belongs to ${state.clinicName} now. Its setup page is closed
      for good.</p>
      <p><a class="button first" data-first href="/sign-in">Sign in as ${state.username}</a></p>
      <h2>Where people find the box</h2>
      <p>On every computer of the clinic's network, in the address line of a browser:</p>
      <p class="setup-address"><code>${address(first)}</code></p>
      ${others.length ? html`<p>or by number: ${others.map((name, index) => html`${index ? ", " : ""}
        <code>${address(name)}</code>`)}</p>` : null}
      ${state.fingerprint ? html`<h2>How a computer comes to trust it</h2>
        <p>The box vouches for itself, so a browser warns the first time. Open <strong>http://</strong> and
          the same name on each device, without the number behind it: the page has the steps for that
          device. Compare the fingerprint that it shows with this one, which also stands on the recovery
          kit:</p>
        <p class="kit-print">${state.fingerprint}</p>` : null}
      <h2>What comes next</h2>
      <ol class="setup-next">${isPractice
        ? html`<li>The invented patients are brought in at this moment; it takes up to a minute.</li>
          <li>Sign in and open <strong>Practice</strong>: a tour leads you through the box.</li>`
        : html`<li>Sign in and make a <strong>second administrator</strong>, who can help when you are
            away or locked out. The box reminds you until there is one.</li>
          <li>Put the recovery kit into two safes.</li>
          <li>Make accounts for your people.</li>`}</ol>`,
  };
}
