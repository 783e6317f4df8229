// web/elements/closed-page.js - what everybody but administrators sees of a closed box.
import { element, html } from "../lib/html.js";
import { signOut } from "../lib/session.js";

const timeOf = (text) => new Date(text).toLocaleTimeString("en-US", { timeStyle: "short" });

/** Returns the page; `closing` is `{ reason, until }` of the box. */
export function closedPage({ reason, until }, isSignedIn) {
  const isKnown = until && new Date(until) > new Date();
  return element`<div class="page"><section class="card"><div class="dialog-body">
    <h1 tabindex="-1">Closed for maintenance</h1>
    <p>Somebody works on the box. ${isKnown ? `It is thought to be open again at ${timeOf(until)}.`
      : "Nobody said how long it takes."} This page looks by itself whether it is open.</p>
    ${reason ? html`<p><strong><bdi>${reason}</bdi></strong></p>` : null}
    <p>Until then, write on the paper forms for downtime, and enter it afterwards.</p>
    <p>${isSignedIn ? html`<button type="button" class="button" @click=${() => signOut()}>Sign out</button>`
      : html`<a class="button" href="/sign-in">Sign in as an administrator</a>`}</p>
  </div></section></div>`;
}
