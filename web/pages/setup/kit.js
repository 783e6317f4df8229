// web/pages/setup/kit.js - the fourth screen: the recovery kit, printed and typed back in part.
import { element, html, svg } from "../../lib/html.js";
import { field, form } from "./form.js";

/** Makes a kit, shows it once, and goes on when parts of it were typed back. */
export function kitScreen({ state, send, show, goTo, keep }) {
  const { sheet } = state;
  const make = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    button.textContent = "Making the kit…";
    const next = await send("kit", {});
    if (next) show(next);
    else if (button.isConnected) {
      button.disabled = false;
      button.textContent = "Try again";
    }
  };
  if (sheet) keep(withoutSheet(state));
  if (!state.kit) return { title: "Recovery kit", body: beginning(make, goTo) };
  return {
    title: "Recovery kit",
    body: html`${sheet ? shown(sheet) : hidden(state.kit, make)}${proofForm(state, send, show)}`,
  };
}

// The code is not kept: whoever leaves this screen and comes back gets another kit.
function withoutSheet({ sheet, ...state }) {
  return state;
}

function beginning(make, goTo) {
  return html`<p>Every record on this box is sealed. When this machine breaks, is stolen or burns,
    <strong>only the recovery kit opens the records on another one</strong>: nobody else can, also not
    the makers of this program.</p>
    <p>The kit is one printed sheet. Make sure that a printer is at hand, or pen and paper; the code is
    shown once.</p>
    <div class="setup-actions">
      <button type="button" class="button first" data-first @click=${make}>Make the recovery kit</button>
      <button type="button" class="button" @click=${() => goTo("administrator")}>Back</button></div>`;
}

function shown(sheet) {
  return html`<p class="no-print">Print this sheet twice, or write it down with all its numbers. Put the
    copies into two safes in two buildings. It is shown only now.</p>
    <p class="setup-actions no-print"><button type="button" class="button first" data-first
      @click=${() => window.print()}>Print the sheet</button></p>${paper(sheet)}`;
}

function hidden(kit, make) {
  return html`<p>Kit <strong>${kit.id}</strong> was made and shown, and is not shown again. If you have it
    on paper, type the parts below. If you do not, make another one; the earlier one opens nothing
    then.</p>
    <p class="setup-actions"><button type="button" class="button" @click=${make}>
      I do not have it: make another kit</button></p>`;
}

function proofForm({ kit }, send, show) {
  const name = (group) => `Group ${group} of the code`;
  return html`<section class="no-print" aria-labelledby="setup-proof-title">
    <h2 id="setup-proof-title">Do you have it on paper?</h2>
    <p>Type these parts of the code from the sheet.</p>
    ${form({
      fields: html`<div class="setup-groups" id="setup-groups" tabindex="-1">${kit.groups.map((group) => field({
        id: `group-${group}`, label: name(group), maxlength: "8", class: "input setup-code",
      }))}</div>`,
      submit: "Finish the setup", busy: "Finishing…",
      send: async (values) => {
        const next = await send("proof",
          { groups: kit.groups.map((group) => values[`group-${group}`]) });
        if (next) show(next);
      },
    })}</section>`;
}

function paper(sheet) {
  const fact = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  const groups = sheet.code.split("-");
  return element`<article class="kit-sheet" aria-label="Recovery kit ${sheet.kitId}">
    <header><h2>Recovery kit ${sheet.kitId}</h2><p>Tribal EHR · ${sheet.clinicName}</p></header>
    <ol class="kit-code" aria-label="Recovery code">${groups.map((group, index) => html`<li>
      <span class="kit-place">${index < 8 ? index + 1 : "check"}</span><b>${group}</b></li>`)}</ol>
    <div class="kit-row"><dl>${fact("Box", sheet.boxName)}
      ${fact("Made on", sheet.madeAt.slice(0, 10))}${fact("Kit", sheet.kitId)}
      ${sheet.fingerprint ? fact("Fingerprint of the box (SHA-256)",
        html`<span class="kit-print">${sheet.fingerprint}</span>`) : null}</dl>
      ${picture(sheet.modules)}</div>
    <h3>When it is needed</h3>
    <ol class="kit-steps">
      <li>The box is replaced, or does not open its own keys.</li>
      <li>Install the program on the machine that takes its place, and open its setup page.</li>
      <li>Choose “Restore a backup”, then the newest backup file, and type the code above.</li>
      <li>Sign in as before, and make a fresh kit: <code>tribal-ehr keys kit</code></li>
    </ol>
    <p><strong>Whoever has this code and the disk can open every chart.</strong> Show it to nobody else.
      A newer kit ends this one: destroy it then.</p></article>`;
}

function picture(modules) {
  const side = modules.length;
  if (side === 0) return null;
  const quiet = 4;
  let path = "";
  modules.forEach((row, y) => {
    for (const run of row.matchAll(/1+/g)) {
      path += `M${run.index + quiet} ${y + quiet}h${run[0].length}v1h-${run[0].length}z`;
    }
  });
  const frame = side + 2 * quiet;
  return svg("svg", {
    class: "kit-picture", viewBox: `0 0 ${frame} ${frame}`, role: "img",
    "aria-label": "The recovery code as a QR code", "shape-rendering": "crispEdges",
  }, svg("rect", { width: frame, height: frame, fill: "#fff" }), svg("path", { d: path, fill: "#000" }));
}
