// web/pages/setup/clinic.js - the second screen: the clinic, the clock and the machine.
import { icon } from "../../elements/icon.js";
import { count } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { field, form } from "./form.js";

const clockOffSecondsMax = 120;
const usual = [
  "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
  "America/Los_Angeles", "America/Anchorage", "America/Adak", "Pacific/Honolulu",
];

/** Asks for name, box name and time zone; says what the machine is good for. */
export function clinicScreen({ state, send, show, goTo }) {
  const kept = state.clinic ?? {};
  const isPractice = state.kind === "practice";
  const body = html`
    ${clockPart(state.clock)}
    ${form({
      fields: html`${field({
        id: "clinicName", label: "Name of the clinic", isFirst: true, maxlength: "120",
        value: kept.clinicName ?? (isPractice ? "Practice clinic" : ""),
        hint: "It stands on every page and on every printed sheet.",
      })}${field({
        id: "boxName", label: "Name of the box on your network", maxlength: "63",
        value: kept.boxName ?? (isPractice ? "practice" : ""),
        hint: html`Letters, digits and hyphens. People will type
          <code>https://${nameShown(kept.boxName, isPractice)}.local</code>, so short is good.`,
      })}${zoneField(kept.timeZone)}${field({
        id: "facilityCode", label: "Facility code", isOptional: true, maxlength: "32",
        value: kept.facilityCode ?? "", hint: "ASUFAC or another code that your reports use.",
      })}`,
      submit: "Go on", busy: "Keeping it…", back: () => goTo("kind"),
      send: async (values) => {
        const answers = { ...values };
        if (!answers.facilityCode) delete answers.facilityCode;
        const next = await send("clinic", answers);
        if (next) show(next, { step: "administrator" });
      },
    })}
    ${machinePart(state.machine)}`;
  const input = body.querySelector("#setup-boxName");
  const shown = body.querySelector("#setup-boxName-hint code");
  input.addEventListener("input", () => {
    shown.textContent = `https://${input.value.trim().toLowerCase() || "name"}.local`;
  });
  return { title: isPractice ? "Your practice clinic" : "Your clinic", body };
}

const nameShown = (kept, isPractice) => kept || (isPractice ? "practice" : "name");

function zoneField(kept) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const chosen = kept ?? (here && here !== "UTC" ? here : "America/Denver");
  const all = Intl.supportedValuesOf?.("timeZone") ?? [];
  const option = (zone) => element`<option value="${zone}" ?selected=${zone === chosen}>
    ${zone.replaceAll("_", " ")}</option>`;
  const first = usual.includes(chosen) ? usual : [chosen, ...usual];
  return html`<div class="field"><label for="setup-timeZone">Time zone of the clinic</label>
    <select class="input" id="setup-timeZone" name="timeZone" required>
      <optgroup label="Usual">${first.map(option)}</optgroup>
      <optgroup label="All others">${all.filter((zone) => !first.includes(zone)).map(option)}</optgroup>
    </select></div>`;
}

function clockPart({ nowMs, fault }) {
  const offSeconds = Math.round((nowMs - Date.now()) / 1_000);
  if (!fault && Math.abs(offSeconds) <= clockOffSecondsMax) {
    return html`<p class="message good"><span>${icon("check")} The clocks of the box and of this computer
      agree: ${timeText(nowMs)}.</span></p>`;
  }
  const command = `timedatectl set-time "${utcText(Date.now())}"`;
  return element`<div class="message ${fault ? "danger" : "warn"}" id="setup-clock" tabindex="-1">
    <h2>${icon("alert")} ${fault ? "The clock of the box is wrong" : "The clocks do not agree"}</h2>
    <p>The box says ${timeText(nowMs)}, this computer says ${timeText(Date.now())}.
      Every entry of a chart carries the time of the box.</p>
    <p>Look at a clock that you trust. If the box is wrong, one of these sets it, on the box and as
      its administrator:</p>
    <ul class="setup-commands"><li><code>timedatectl set-ntp true</code> where the box reaches a time
      server</li><li><code>timedatectl set-ntp false; TZ=UTC ${command}</code> where it does not</li></ul>
    <p><button type="button" class="button small" @click=${() => location.reload()}>
      Look at the clock again</button></p></div>`;
}

const timeText = (ms) => new Date(ms).toLocaleString("en-US",
  { dateStyle: "medium", timeStyle: "short" });

const utcText = (ms) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

function machinePart(machine) {
  const sync = machine.syncMicroseconds === undefined ? "not measured"
    : machine.syncMicroseconds < 1_000 ? `${machine.syncMicroseconds} µs`
      : `${(machine.syncMicroseconds / 1_000).toFixed(1)} ms`;
  const fact = (name, value) => html`<div><dt>${name}</dt><dd class="number">${value}</dd></div>`;
  const words = machine.refusal
    ? element`<p class="message danger" id="setup-machine" tabindex="-1">
      <span>${icon("alert")} ${machine.refusal}</span></p>`
    : html`<p>By what was measured, this machine serves <strong>${machine.patients.toLocaleString(
      "en-US")} patients</strong> and <strong>${count(machine.staff, "person", "people")} at
      work</strong> at the same time. <a href="/help/setup">How that is reckoned</a></p>`;
  return html`<section class="setup-machine" aria-labelledby="setup-machine-title">
    <h2 id="setup-machine-title">This machine</h2>${words}
    <dl>${fact("Processor cores", machine.cores)}${fact("Memory", size(machine.memoryMiB))}
      ${fact("Free disk", size(machine.freeDiskMiB))}${fact("A save is safe after", sync)}</dl>
    ${machine.warnings.map((text) => html`<p class="message warn">${text}</p>`)}</section>`;
}

const size = (mebibytes) => (mebibytes < 1_024 ? `${mebibytes} MB`
  : `${(mebibytes / 1_024).toFixed(mebibytes < 10_240 ? 1 : 0)} GB`);
