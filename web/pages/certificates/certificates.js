// web/pages/certificates/certificates.js - what browsers are shown, and how to bring another one.
import { adminFrame } from "../../elements/admin-nav.js";
import { markField, showErrors } from "../../elements/error-summary.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post } from "../../lib/api.js";
import { count, formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { acmeCard } from "./acme.js";

await addStyle("./certificates.css", import.meta.url);

const fileBytesMax = 65_536;
const tryPauseMs = 1_500;
const soonDays = 14;

/** Opens the page. */
export function open(outlet) {
  const place = element`<div class="place certificates"></div>`;
  const mayChange = session.get().user?.roles.includes("SYSTEM_ADMIN") ?? false;
  outlet.replaceChildren(adminFrame({ path: "/certificates", title: "Certificates",
    intro: html`By its certificate a device knows that it talks to this box and to nothing else. The
      box makes one and renews it by itself. <a href="/help/certificates">Help</a>` }, place));
  const page = { place, mayChange, isOpen: true };
  load(page);
  return { close() { page.isOpen = false; } };
}

async function load(page) {
  const { place } = page;
  if (!place.firstChild) place.append(loadingNote("certificates"));
  try {
    const answer = await get("/certificates");
    show(page, answer, page.mayChange ? await get("/certificates/acme") : null);
  } catch (error) {
    place.replaceChildren(failedNote(error, () => load(page)));
  }
}

function show(page, answer, acme) {
  const own = answer.served.find((one) => one.kind === "own");
  const changes = page.mayChange
    ? [acmeCard(page, acme, acmeActs), uploadForm(page, answer), requestForm(page, answer),
      own ? resetCard(page) : null]
    : html`<p class="quiet">Only a system administrator can bring another certificate.</p>`;
  page.place.replaceChildren(html`
    ${answer.trial ? trialNote(answer.trial) : null}
    ${answer.served.map((one) => servedCard(one))}
    ${trustCard(answer)}
    ${changes}`);
}

function trialNote(trial) {
  return html`<div class="message warn" role="status"><h2>A certificate is on trial</h2>
    <p>It is shown for ${count(trial.secondsLeft, "more second")}. If no browser confirms it, the one
      of before comes back by itself.</p></div>`;
}

function servedCard(one) {
  const isOwn = one.kind === "own";
  const ends = one.daysLeft < 0 ? html`<span class="tag danger">ended</span>`
    : one.daysLeft < soonDays ? html`<span class="tag warn">${count(one.daysLeft, "day")} left</span>`
      : html`<span class="quiet">${count(one.daysLeft, "day")} left</span>`;
  const trusted = one.isTrusted ? html`<span class="tag good">confirmed</span>`
    : html`<span class="tag">no device has confirmed it yet</span>`;
  return html`<section class="card"><header>
      <h2>${isOwn ? "The clinic's own certificate" : "The certificate that the box makes"}</h2></header>
    <div class="card-body"><dl class="facts">
      <dt>For</dt><dd><ul class="names">${one.names.map((name) => html`<li><bdi>${name}</bdi></li>`)}</ul></dd>
      <dt>Issued by</dt><dd><bdi>${one.issuer}</bdi></dd>
      <dt>Ends</dt><dd>${formatDate(one.expiresAt.slice(0, 10))} ${ends}
        ${isOwn ? null : html`<span class="quiet">Renewed by itself.</span>`}</dd>
      <dt>Trust</dt><dd>${trusted}</dd>
      <dt>Fingerprint</dt><dd class="print">${one.fingerprint}</dd></dl></div></section>`;
}

function trustCard(answer) {
  const address = `http://${answer.address}/trust`;
  const uncovered = answer.uncovered.length === 0 ? null
    : html`<p class="problem">The box's authority may not vouch for ${answer.uncovered.join(", ")}.
        Bring a certificate for it, or take the name out of HOSTS.</p>`;
  return html`<section class="card"><header><h2>Trust on other devices</h2></header>
    <div class="card-body">
      <p>Open <a href="/trust" target="_blank" rel="noopener">the trust page</a>. On a device that does
        not know the box yet, type <strong>${address}</strong>.</p>
      <p>The page shows these digits. They must be the same on every device:</p>
      <p class="print large">${answer.authority?.fingerprint ?? ""}</p>
      <p class="quiet">${answer.localName}</p>${uncovered}</div></section>`;
}

function uploadForm(page, answer) {
  const form = element`<form class="card" novalidate><header><h2>Bring a certificate of your own</h2></header>
    <div class="card-body"><div class="errors"></div>
      <p>For a name that your name server leads to this box. Under all other names the box goes on to
        show the one that it makes.</p>
      <div class="field"><label for="chain">Certificate</label>
        <p class="hint" id="chain-hint">PEM file: the server's certificate first, then those that vouch
          for it.</p>
        <input class="input" id="chain" type="file" accept=".pem,.crt,.cer,.txt"
          aria-describedby="chain-hint"></div>
      <div class="field"><label for="key">Private key</label>
        <p class="hint" id="key-hint">PEM file without a password.
          ${answer.request ? "Leave it out if the certificate answers the box's signing request." : ""}</p>
        <input class="input" id="key" type="file" accept=".pem,.key,.txt" aria-describedby="key-hint"></div>
      <p><button type="submit" class="button first">Check and try it</button></p></div></form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    upload(page, form);
  });
  return form;
}

async function upload(page, form) {
  const [chain, key] = ["chain", "key"].map((id) => form.querySelector(`#${id}`));
  const errors = form.querySelector(".errors");
  const button = form.querySelector("button");
  [chain, key].forEach((input) => markField(input, null));
  errors.replaceChildren();
  const refuse = (input, message) => {
    markField(input, message);
    showErrors(errors, "The certificate was not taken", [{ id: input.id, message }]);
  };
  if (!chain.files[0]) return refuse(chain, "Choose the file with the certificate.");
  for (const input of [chain, key]) {
    if ((input.files[0]?.size ?? 0) > fileBytesMax) {
      return refuse(input, "This file is too large for a certificate or a key.");
    }
  }
  button.disabled = true;
  try {
    const body = { certificate: await chain.files[0].text() };
    if (key.files[0]) body.key = await key.files[0].text();
    await tryOut(page, form, await post("/certificates", body));
  } catch (error) {
    const input = error.details?.[0]?.location === "key" ? key : chain;
    refuse(input, error.message);
  } finally {
    button.disabled = false;
  }
}

// What the card of the authority does with the page around it.
const acmeActs = { tryOut, load };

/** Confirms over a fresh connection that this browser takes the certificate, until the time is up. */
async function tryOut(page, form, { token, secondsMax, names }) {
  const endMs = Date.now() + secondsMax * 1_000;
  const hostPort = location.port ? `:${location.port}` : "";
  const note = element`<div class="message warn" role="status"><h2>Trying the certificate</h2>
    <p>The box shows it now. If no browser confirms it within <span class="left"></span>, the one of
      before comes back by itself. Open the box under the name of the certificate:</p>
    <ul>${names.map((name) => html`<li><a target="_blank" rel="noopener"
      .href=${`https://${name}${hostPort}/certificates/confirm#${token}`}>https://${name}${hostPort}/</a></li>`)}
    </ul></div>`;
  form.querySelector(".errors").replaceChildren(note);
  const isNamedHere = names.includes(location.hostname);
  while (page.isOpen && Date.now() < endMs) {
    note.querySelector(".left").textContent =
      count(Math.ceil((endMs - Date.now()) / 1_000), "second");
    if (await isOver(token, isNamedHere)) break;
    await new Promise((resolve) => setTimeout(resolve, tryPauseMs));
  }
  if (!page.isOpen) return;
  const answer = await get("/certificates");
  show(page, answer, await get("/certificates/acme"));
  const isKept = answer.served.some((one) => one.kind === "own");
  page.place.prepend(isKept
    ? element`<div class="message good" role="status"><h2>The certificate is in force</h2>
        <p>A browser has confirmed it.</p></div>`
    : element`<div class="message danger" role="alert"><h2>The certificate of before is back</h2>
        <p>No browser confirmed the other one. A browser that does not trust its issuer cannot.</p></div>`);
}

async function isOver(token, isNamedHere) {
  try {
    if (isNamedHere) {
      await post("/certificates/confirm", { token });
      return true;
    }
    return !(await get("/certificates")).trial;
  } catch {
    // Refused by an older connection, or by this browser: the next try opens another one.
    return false;
  }
}

function requestForm(page, answer) {
  const form = element`<form class="card" novalidate><header><h2>Signing request</h2></header>
    <div class="card-body"><div class="errors"></div>
      <p>For an authority of your organization: the box makes the key and keeps it, you have the
        request signed and bring the certificate above.</p>
      <div class="field"><label for="names">Names for the certificate</label>
        <p class="hint" id="names-hint">Separated by blanks, such as ehr.clinic.example</p>
        <input class="input" id="names" autocomplete="off" spellcheck="false"
          aria-describedby="names-hint"></div>
      <p><button type="submit" class="button">Make a request</button></p>
      <div class="made">${answer.request ? requestText(answer.request) : null}</div></div></form>`;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = form.querySelector("#names");
    const errors = form.querySelector(".errors");
    markField(input, null);
    errors.replaceChildren();
    try {
      const names = input.value.split(/[\s,]+/).filter(Boolean);
      const { request } = await post("/certificates/request", { names });
      form.querySelector(".made").replaceChildren(requestText(request));
      form.querySelector("textarea").focus();
    } catch (error) {
      markField(input, error.message);
      showErrors(errors, "No request was made", [{ id: "names", message: error.message }]);
    }
  });
  return form;
}

function requestText(text) {
  return html`<div class="field"><label for="request-text">The request</label>
    <textarea class="input print" id="request-text" rows="8" readonly .value=${text}></textarea></div>`;
}

function resetCard(page) {
  const card = element`<section class="card"><header><h2>Back to the box's own</h2></header>
    <div class="card-body"><div class="errors"></div>
      <p>Takes the clinic's certificate and its key away. Devices that do not trust the box's authority
        show a warning then, and some may refuse to go on.</p>
      <p><button type="button" class="button danger">Take the clinic's certificate away</button></p>
    </div></section>`;
  const button = card.querySelector("button");
  button.addEventListener("click", async () => {
    if (!button.dataset.asked) {
      button.dataset.asked = "yes";
      button.textContent = "Press again to take it away";
      return;
    }
    button.disabled = true;
    try {
      await post("/certificates/reset");
      await load(page);
      document.getElementById("announcements").textContent = "The box shows its own certificate.";
    } catch (error) {
      button.disabled = false;
      card.querySelector(".errors").replaceChildren(failedNote(error, null));
    }
  });
  return card;
}
