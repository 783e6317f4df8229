// web/elements/idle-guard.js - warns before an unused session ends, and ends it.
import { element } from "../lib/html.js";
import { idlePhase } from "../lib/idle.js";
import {
  lastHeardAtMs, loadSession, lock, session, signOut, tellContact,
} from "../lib/session.js";

const tickMs = 1_000;
const renewAfterMs = 60_000;

class IdleGuard extends HTMLElement {
  #dialog = null; #isRenewing = false;

  connectedCallback() {
    setInterval(() => this.#tick(), tickMs);
    for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) {
      window.addEventListener(kind, () => this.#noteUse(), { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  #phase() {
    const { idleSeconds, absoluteExpiresAt } = session.get();
    return idlePhase({
      nowMs: Date.now(), heardAtMs: lastHeardAtMs(), idleSeconds, absoluteExpiresAt,
    });
  }

  #tick() {
    if (!session.get().user || session.get().next === "unlock") return this.#close();
    const phase = this.#phase();
    if (phase.phase === "ended") {
      this.#close();
      if (session.get().user.hasPIN && !phase.isFinal) lock();
      else signOut("idle");
    } else if (phase.phase === "warning") this.#warn(phase);
    else this.#close();
    return undefined;
  }

  // Work on a page counts as use of the session even when the page asks the box for nothing.
  #noteUse() {
    if (!session.get().user || this.#dialog) return;
    if (Date.now() - lastHeardAtMs() > renewAfterMs && this.#phase().phase === "active") {
      this.#renew();
    }
  }

  async #renew() {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    try {
      await loadSession();
      tellContact();
    } catch {
      // The box is out of reach; the countdown goes on and the person sees it.
    } finally {
      this.#isRenewing = false;
      this.#tick();
    }
  }

  #warn({ secondsLeft, isFinal }) {
    if (!this.#dialog) this.#open(isFinal);
    const left = this.#dialog.querySelector(".seconds");
    left.textContent = secondsLeft === 1 ? "1 second" : `${secondsLeft} seconds`;
  }

  #open(isFinal) {
    const what = session.get().user.hasPIN && !isFinal ? "This page will be locked"
      : "You will be signed out";
    const why = isFinal
      ? "The longest time of a session is reached. Sign in again to go on."
      : "Nobody has used this page for a while. What is on the screen will be taken away.";
    const stay = isFinal ? null : element`<button type="button" class="button first"
      @click=${() => this.#renew()}>Stay signed in</button>`;
    this.#dialog = element`<dialog aria-labelledby="idle-title" aria-describedby="idle-text">
      <div class="dialog-body">
        <h2 id="idle-title">${what} in <span class="seconds" role="timer"></span></h2>
        <p id="idle-text">${why}</p>
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => signOut()}>Sign out now</button>${stay}
        </div>
      </div></dialog>`;
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (!isFinal) this.#renew();
    });
    this.append(this.#dialog);
    this.#dialog.showModal();
    (stay ?? this.#dialog.querySelector("button")).focus();
  }

  #close() {
    this.#dialog?.close();
    this.#dialog?.remove();
    this.#dialog = null;
  }
}

customElements.define("idle-guard", IdleGuard);
