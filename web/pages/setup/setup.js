// web/pages/setup/setup.js - from the code on the box to the first sign-in, in five screens.
import { showErrors } from "../../elements/error-summary.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { element, html } from "../../lib/html.js";
import { loadBox } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { administratorScreen } from "./administrator.js";
import { clinicScreen } from "./clinic.js";
import { codeScreen, kindScreen } from "./code.js";
import { doneScreen } from "./done.js";
import { kitScreen } from "./kit.js";
import { restoreScreen } from "./restore.js";

await addStyle("./setup.css", import.meta.url);

const followMs = 5_000;
const screens = {
  code: codeScreen, kind: kindScreen, clinic: clinicScreen, administrator: administratorScreen,
  kit: kitScreen, done: doneScreen, restore: restoreScreen,
};
const steps = [
  ["kind", "Begin"], ["clinic", "Clinic"], ["administrator", "Administrator"],
  ["kit", "Recovery kit"], ["done", "Ready"],
];
const openSteps = steps.map(([step]) => step);

/** Opens the setup where it stands. */
export function open(outlet) {
  const place = element`<div class="page setup"></div>`;
  outlet.replaceChildren(place);
  const setup = new Setup(place);
  setup.load();
  return { close: () => setup.close() };
}

class Setup {
  #place;
  #state = null;
  #shown = null;
  #timer = null;

  constructor(place) {
    this.#place = place;
    this.#place.append(loadingNote("the setup"));
    this.#timer = setInterval(() => this.#follow(), followMs);
  }

  close() {
    clearInterval(this.#timer);
  }

  /** Asks the box how far the setup has come, and shows that. */
  async load() {
    try {
      this.show(await get("/setup", { isSignIn: true }));
    } catch (error) {
      if (error.status === 404) this.#showOver();
      else this.#place.replaceChildren(failedNote(error, () => this.load()));
    }
  }

  /** Shows a state of the box; `step` is a screen to go back to, `note` words above it. */
  show(state, { step = state.step, note = null } = {}) {
    this.#state = state;
    this.#shown = step;
    const { title, body } = screens[step]({
      state, send: (path, values) => this.send(path, values),
      show: (next, options) => this.show(next, options),
      goTo: (other) => this.show(this.#state, { step: other }), leave: () => this.#showOver(),
      keep: (next) => { this.#state = next; },
    });
    const heading = element`<h1 tabindex="-1">${title}</h1>`;
    this.#place.replaceChildren(html`
      ${progress(step)}
      <div class="setup-card">${heading}
        <div class="errors" ?hidden=${!note}>${note
          ? html`<p class="message warn" role="status">${note}</p>` : null}</div>${body}</div>`);
    document.title = `${title} · Setup · Tribal EHR`;
    window.scrollTo(0, 0);
    const first = this.#place.querySelector("[data-first]");
    (first && !note ? first : heading).focus();
  }

  /** Sends a step; a box that another browser took further is shown instead. */
  async send(path, values) {
    const body = { version: this.#state?.version ?? 0, ...values };
    try {
      return await post(`/setup/${path}`, body, { isSignIn: true });
    } catch (error) {
      if (error.status === 412) {
        const state = await get("/setup", { isSignIn: true });
        this.show(state, { note: error.message });
      } else if (error.status === 404) {
        await this.#showOver();
      } else if (error.status === 401) {
        this.show({ step: "code" }, { note: "This browser has to prove the setup code again." });
      } else {
        this.#tell(error);
      }
      return null;
    }
  }

  #tell(error) {
    const place = this.#place.querySelector(".errors");
    place.hidden = false;
    const at = error.details.find(({ location }) => location)?.location;
    const field = at && this.#place.querySelector(`#setup-${CSS.escape(at)}`);
    showErrors(place, "This needs another look", [{ id: field?.id, message: error.message }]);
  }

  async #follow() {
    const version = this.#state?.version;
    if (version === undefined || ["done", "restore"].includes(this.#shown)) return;
    if (document.visibilityState !== "visible") return;
    try {
      const state = await get("/setup", { isSignIn: true });
      if (this.#state?.version !== version || this.#shown === "done") return;
      if (state.version === version || state.step === "code") return;
      this.show(state, {
        note: "The setup has gone on in another browser. This page follows it now.",
      });
    } catch (error) {
      if (error.status === 404 && this.#shown !== "done") await this.#showOver();
    }
  }

  async #showOver() {
    this.close();
    this.#shown = "done";
    try {
      await loadBox();
    } catch {
      // The sign-in page asks again.
    }
    this.#place.replaceChildren(html`<div class="setup-card"><h1 tabindex="-1">This box is set up</h1>
      <p>The setup was finished, here or in another browser, and its page is closed for good.</p>
      <p><a class="button first" href="/sign-in">Sign in</a></p></div>`);
    this.#place.querySelector("h1").focus();
  }
}

function progress(step) {
  const now = Math.max(0, openSteps.indexOf(step));
  return html`<ol class="setup-steps" aria-label="Steps of the setup">${steps.map(([, label], index) =>
    html`<li class="${index < now ? "is-past" : ""}" aria-current="${index === now ? "step" : null}">
      <span class="setup-number" aria-hidden="true">${index + 1}</span>${label}</li>`)}</ol>`;
}
