// web/pages/setup/restore.js - the first screen's other way: a backup instead of a new clinic.
import { markField, showErrors } from "../../elements/error-summary.js";
import { get, post } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";
import { sendFile } from "./upload.js";

const lookMs = 1_000;
const options = { isSignIn: true };

/** Lists the backups that the box sees, takes one from this computer, and restores it. */
export function restoreScreen({ goTo, leave }) {
  const place = element`<div class="setup-restore"></div>`;
  new Restore(place, { goTo, leave }).load();
  return { title: "Restore a backup", body: place };
}

class Restore {
  #place;
  #ways;
  #chosen = null;

  constructor(place, ways) {
    this.#place = place;
    this.#ways = ways;
  }

  async load() {
    this.#place.replaceChildren(element`<p role="status">Looking for backups…</p>`);
    try {
      const answer = await get("/setup/restore", options);
      if (answer.stage === "running" || answer.stage === "restarting") this.#follow();
      else this.#showForm(answer.backups, answer.stage === "failed" ? answer.message : null);
    } catch (error) {
      this.#showForm([], error.message);
    }
  }

  #showForm(backups, message) {
    this.#chosen ??= backups[0]?.path ?? null;
    const form = element`<form novalidate>
      <div class="errors" role="alert"></div>
      <p>The box becomes the one that the backup was made of: its records, people, passwords and
        certificate. You need the file and the recovery kit on paper. The box checks the whole backup
        before it uses any of it.</p>
      <fieldset class="setup-choices"><legend class="field-label">Which backup?</legend>
        ${backups.length === 0 ? html`<p class="quiet">The box sees no backup. Put the USB stick into the
          box and look again, or take a file from this computer.</p>`
          : backups.map((one) => choice(one, one.path === this.#chosen))}</fieldset>
      <div class="setup-actions"><button type="button" class="button" data-look>Look again</button>
        <input type="file" id="setup-file" class="setup-file" accept=".tribal-ehr-backup">
        <label class="button" for="setup-file">Take a file from this computer…</label></div>
      <p class="setup-progress" role="status" hidden></p>
      <div class="field"><label for="setup-code">Code of the recovery kit</label>
        <input class="input setup-code" id="setup-code" name="code" autocomplete="off"
          autocapitalize="characters" spellcheck="false" aria-describedby="setup-code-hint">
        <p class="hint" id="setup-code-hint">Nine groups, as they stand on the sheet. Small letters are
          fine; hyphens do not matter.</p></div>
      <fieldset class="setup-choices"><legend class="field-label">Up to when?</legend>
        ${untilChoice("backup", "As the backup has it", "What was entered after it is not there.", true)}
        ${untilChoice("latest", "To the latest change that was kept", "Follows the redo log that lies "
          + "beside the backup.", false)}
        ${untilChoice("time", "To a time", "To undo what went wrong after it.", false)}
        <div class="field" data-time hidden><label for="setup-until">Date and time on this computer’s
          clock</label><input class="input" id="setup-until" name="time" type="datetime-local" step="1"></div>
      </fieldset>
      <div class="setup-actions"><button type="submit" class="button first">Restore</button>
        <button type="button" class="button" data-back>Back</button></div></form>`;
    form.querySelector("[data-look]").addEventListener("click", () => this.load());
    form.querySelector("[data-back]").addEventListener("click", () => this.#ways.goTo("kind"));
    form.querySelector("[type=file]").addEventListener("change", (event) =>
      this.#take(form, event.currentTarget.files[0]));
    form.addEventListener("change", () => {
      form.querySelector("[data-time]").hidden = new FormData(form).get("until") !== "time";
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin(form);
    });
    this.#place.replaceChildren(form);
    if (message) this.#tell(form, message);
  }

  #tell(form, message, id) {
    showErrors(form.querySelector(".errors"), "The backup is not restored", [{ id, message }]);
  }

  async #take(form, file) {
    if (!file) return;
    const line = form.querySelector(".setup-progress");
    line.hidden = false;
    try {
      await sendFile(file, (percent) => { line.textContent = `Sending the file: ${percent} %`; });
      this.#chosen = null;
      await this.load();
    } catch (error) {
      line.hidden = true;
      this.#tell(form, error.message);
    }
  }

  async #begin(form) {
    const input = form.querySelector("#setup-code");
    const path = form.querySelector("[name=backup]:checked")?.value;
    markField(input, null);
    if (!path) return this.#tell(form, "Choose a backup first.");
    if (!input.value.trim()) {
      markField(input, "Type the code of the recovery kit.");
      return this.#tell(form, "Type the code of the recovery kit.", input.id);
    }
    const until = wantedUntil(form);
    const time = form.querySelector("#setup-until");
    markField(time, null);
    if (until === undefined) {
      markField(time, "Write the date and the time.");
      return this.#tell(form, "Write the date and the time.", time.id);
    }
    this.#chosen = path;
    const button = form.querySelector("[type=submit]");
    if (button.getAttribute("aria-disabled") === "true") return undefined;
    button.setAttribute("aria-disabled", "true");
    try {
      await post("/setup/restore/begin", { path, code: input.value, ...until }, options);
      return this.#follow();
    } catch (error) {
      button.removeAttribute("aria-disabled");
      const isCode = error.details.some(({ location }) => location === "code");
      if (isCode) markField(input, error.message);
      return this.#tell(form, error.message, isCode ? input.id : undefined);
    }
  }

  async #follow() {
    const words = element`<p role="status">Restoring and checking the backup…</p>`;
    const bar = element`<progress max="100" value="0" aria-label="How far the restore is"></progress>`;
    this.#place.replaceChildren(words, bar, element`<p class="quiet">You may close this page; the box
      goes on. Leave its power on.</p>`);
    let isStopped = false;
    while (this.#place.isConnected) {
      await new Promise((done) => { setTimeout(done, lookMs); });
      try {
        const state = await get("/setup/restore/progress", options);
        if (state.stage === "failed" || state.stage === "idle") return this.load();
        bar.value = state.percent ?? 100;
        if (state.stage === "restarting") words.textContent = "The box starts with the restored record…";
      } catch (error) {
        // While the box starts anew nobody answers; then the setup is closed for good.
        isStopped = true;
        if (error.status === 404) return this.#ways.leave();
        if (error.status === 401) return this.load();
        words.textContent = "The box starts with the restored record…";
      }
    }
    return isStopped;
  }
}

function untilChoice(value, label, hint, isChosen) {
  return html`<label class="setup-choice"><input type="radio" name="until" value="${value}"
    ?checked=${isChosen}><span><strong>${label}</strong><span class="quiet">${hint}</span></span></label>`;
}

// Undefined where a time was asked for and none was written.
function wantedUntil(form) {
  const { until, time } = Object.fromEntries(new FormData(form));
  if (until === "latest") return { until };
  if (until !== "time") return {};
  const moment = new Date(time);
  return Number.isNaN(moment.getTime()) ? undefined : { until: moment.toISOString() };
}

function choice(one, isChosen) {
  const place = one.path.split("/").slice(0, -1).join("/");
  const where = place.includes("/scratch/upload") ? "Sent from a computer" : place;
  return html`<label class="setup-choice">
    <input type="radio" name="backup" value="${one.path}" ?checked=${isChosen}>
    <span><strong>${one.clinicName ?? "A box that was not set up"}</strong>
      <span>${one.at.slice(0, 10)} at ${one.at.slice(11, 16)} UTC · ${size(one.bytes)}</span>
      <span class="quiet">Kit ${one.kits.join(" or ")} · release ${one.version} · ${where}</span></span>
    </label>`;
}

function size(bytes) {
  if (bytes < 1_048_576) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  if (bytes < 1_073_741_824) return `${Math.round(bytes / 1_048_576)} MB`;
  return `${(bytes / 1_073_741_824).toFixed(1)} GB`;
}
