// web/elements/emergency-strip.js - the loud strip over a chart that is open for an emergency.
import { failedNote } from "./state-note.js";
import { get, post } from "../lib/api.js";
import { element, html } from "../lib/html.js";
import { addStyle } from "../lib/styles.js";
import { openEmergencyDialog } from "./emergency-dialog.js";
import { parts, timeLeft, wordsOf } from "./emergency-words.js";

await addStyle("./emergency.css", import.meta.url);

const tickMs = 1000;

/** Keeps the strip of one chart; `changed` is called when what is open has changed. */
export class EmergencyStrip {
  #patient; #changed; #timer = null; #isStopped = false;

  constructor(patient, changed) {
    this.#patient = patient;
    this.#changed = changed;
    this.node = element`<div class="emergency-place"></div>`;
  }

  /** Asks the box what is open, and shows it. */
  async load() {
    let answer;
    try {
      answer = await get("/emergencies/mine");
    } catch (error) {
      if (!this.#isStopped) this.node.replaceChildren(failedNote(error, () => this.load()));
      return;
    }
    if (this.#isStopped) return;
    const items = answer.items.filter(({ patientId }) => patientId === this.#patient.id);
    // The computer's clock may be wrong; the box says how late it is.
    const behindMs = Date.parse(answer.now) - Date.now();
    this.node.replaceChildren(items.length ? this.#running(items, behindMs) : this.#offer());
  }

  /** Ends the clock. */
  stop() {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  #offer() {
    return element`<p class="emergency-offer no-print"><button type="button" class="link-button"
      @click=${() => openEmergencyDialog({ patientId: this.#patient.id, name: this.#patient.name },
        this.#changed)}>Emergency access…</button></p>`;
  }

  #running(items, behindMs) {
    const names = [...new Set(items.flatMap((item) => item.compartments))]
      .map((value) => wordsOf(parts, value).split(/[:(]/)[0].trim().toLowerCase());
    const clock = element`<strong class="emergency-clock digits"></strong>`;
    const first = Math.min(...items.map((item) => Date.parse(item.untilAt)));
    const tick = () => {
      const nowMs = Date.now() + behindMs;
      clock.textContent = timeLeft(first, nowMs);
      if (nowMs >= first) {
        this.stop();
        this.#changed();
      }
    };
    clearInterval(this.#timer);
    this.#timer = setInterval(tick, tickMs);
    tick();
    return element`<section class="emergency-strip" aria-label="Emergency access">
      <p><strong>EMERGENCY ACCESS</strong> Open for reading: ${names.join(", ")}. Everything you look at
        is marked and will be reviewed.</p>
      <p class="emergency-end"><span>Time left ${clock}</span>
        <button type="button" class="button small"
          @click=${(event) => this.#end(event.currentTarget, items)}>End now</button></p></section>`;
  }

  async #end(button, items) {
    button.disabled = true;
    try {
      for (const item of items) await post(`/emergencies/${encodeURIComponent(item.id)}/end`);
      this.stop();
      this.#changed();
    } catch (error) {
      button.disabled = false;
      this.node.append(failedNote(error, null));
    }
  }
}

/** Returns what is shown instead of a chart that is not open; null for who may not open it. */
export function closedNote(patientId, opened) {
  return html`<div class="message warn"><p><strong>There is no chart here that is open to
    you.</strong> If you know that the address is right and lives depend on it, you can open it with a
    reason.</p><p><button type="button" class="button"
    @click=${() => openEmergencyDialog({ patientId }, opened)}>Open with a reason…</button></p></div>`;
}
