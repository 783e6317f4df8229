// web/pages/updates/updates.js - which release runs, taking another one from a file, going back.
import { adminFrame } from "../../elements/admin-nav.js";
import { askFirst } from "../../elements/confirm-dialog.js";
import { markField, showErrors } from "../../elements/error-summary.js";
import { failedNote, loadingNote } from "../../elements/state-note.js";
import { get, post, postBytes } from "../../lib/api.js";
import { formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { session } from "../../lib/session.js";
import { addStyle } from "../../lib/styles.js";
import { stateOf } from "./words.js";

await addStyle("./updates.css", import.meta.url);

const pieceBytes = 8 * 1024 * 1024;
const signatureBytesMax = 4_096;
const lookMs = 1_500;

/** Opens the page. */
export function open(outlet) {
  const page = {
    state: element`<div></div>`, ways: element`<div class="updates-ways"></div>`,
    isOpen: true, timer: null, isFollowing: false,
    mayChange: session.get().user?.roles.includes("SYSTEM_ADMIN") ?? false,
  };
  const intro = html`Another release comes as two files. The box makes a backup, tries the release on a
    copy of the record, and goes back by itself if it does not work.
    <a href="/help/updates">More about it</a>`;
  outlet.replaceChildren(adminFrame({ path: "/admin/updates", title: "Updates", intro },
    element`<div class="updates">${page.state}${page.ways}</div>`));
  load(page);
  return { close() {
    page.isOpen = false;
    clearTimeout(page.timer);
  } };
}

async function load(page) {
  if (!page.state.firstChild) page.state.append(loadingNote("the release"));
  try {
    show(page, await get("/upgrade"));
  } catch (error) {
    page.state.replaceChildren(failedNote(error, () => load(page)));
  }
}

function show(page, answer) {
  if (!page.isOpen) return;
  const { tone, title, text } = stateOf(answer);
  page.state.replaceChildren(element`<section class="message ${tone}" role="status">
    <h2>${title}</h2>${text ? html`<p><bdi>${text}</bdi></p>` : null}</section>`);
  if (answer.isAsked || answer.package?.state === "trial") {
    page.ways.replaceChildren(element`<p class="quiet">People can work until the box restarts, which
      takes some seconds. You may close this page; leave the power of the box on.</p>`);
    follow(page);
    return;
  }
  page.isFollowing = false;
  page.ways.replaceChildren(...ways(page, answer));
}

function ways(page, answer) {
  if (!page.mayChange) {
    return [element`<p class="quiet">Only a person with the role SYSTEM_ADMIN updates the box.</p>`];
  }
  if (!answer.isPackaged) {
    return [element`<p class="quiet">This box was not installed as a package, so this page cannot
      change its release. Start another release with its own program.</p>`];
  }
  return [answer.waiting ? waitingCard(page, answer) : uploadForm(page), backCard(page, answer)]
    .filter(Boolean);
}

function waitingCard(page, answer) {
  const one = answer.waiting;
  return element`<section class="card"><header><h2>Release ${one.version} is ready</h2></header>
    <div class="card-body"><div class="errors"></div><dl class="facts">
      <dt>Now</dt><dd>${answer.version}</dd>
      <dt>Then</dt><dd>${one.version}</dd>
      <dt>Size</dt><dd>${(one.bytes / 1e6).toFixed(1)} MB</dd>
      <dt>Signature</dt><dd>of somebody whom this box trusts</dd></dl>
    <p class="updates-buttons"><button type="button" class="button first" data-install
        @click=${(event) => install(page, event.currentTarget, one)}>Install it now</button>
      <button type="button" class="button" data-other
        @click=${() => page.ways.replaceChildren(uploadForm(page))}>Take other files</button></p>
    </div></section>`;
}

async function install(page, button, one) {
  const isSure = await askFirst({
    title: `Install release ${one.version}?`, button: "Install it now",
    text: "People work on while the backup is made and the release is tried. Then the box restarts: a "
      + "save that meets it waits and is sent by itself.",
  });
  if (isSure) wish(page, button, "/upgrade/install");
}

async function wish(page, button, path) {
  button.disabled = true;
  try {
    show(page, await post(path));
  } catch (error) {
    button.disabled = false;
    const errors = button.closest(".card").querySelector(".errors");
    showErrors(errors, "Nothing was changed", [{ message: error.message }]);
  }
}

// While the box is away it answers nobody; it is asked until it does.
async function follow(page) {
  if (page.isFollowing) return;
  page.isFollowing = true;
  while (page.isOpen && page.isFollowing) {
    await new Promise((done) => { page.timer = setTimeout(done, lookMs); });
    try {
      show(page, await get("/upgrade"));
    } catch (error) {
      if (error.status === 401) return;
      page.state.replaceChildren(element`<section class="message info" role="status">
        <h2>The box is away for a moment</h2><p>This page goes on by itself.</p></section>`);
    }
  }
}

function uploadForm(page) {
  const form = element`<form class="card" novalidate><header><h2>Take a release from files</h2></header>
    <div class="card-body"><div class="errors"></div>
      <div class="field"><label for="package">Package</label>
        <p class="hint" id="package-hint">Its name ends with .deb</p>
        <input class="input" id="package" type="file" accept=".deb" aria-describedby="package-hint"></div>
      <div class="field"><label for="signature">Signature</label>
        <p class="hint" id="signature-hint">The same name with .sig at the end. It tells who made the
          package.</p>
        <input class="input" id="signature" type="file" accept=".sig"
          aria-describedby="signature-hint"></div>
      <p class="going" role="status"></p>
      <p><button type="submit" class="button first">Send and check</button></p></div></form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(page, form);
  });
  return form;
}

async function send(page, form) {
  const [file, seal] = ["package", "signature"].map((id) => form.querySelector(`#${id}`));
  const errors = form.querySelector(".errors");
  const button = form.querySelector("button");
  const going = form.querySelector(".going");
  [file, seal].forEach((input) => markField(input, null));
  errors.replaceChildren();
  const refuse = (input, message) => {
    if (input) markField(input, message);
    showErrors(errors, "The release was not taken", [{ id: input?.id, message }]);
  };
  if (!file.files[0]) return refuse(file, "Choose the package.");
  if (!seal.files[0]) return refuse(seal, "Choose the signature that belongs to the package.");
  if (seal.files[0].size > signatureBytesMax) return refuse(seal, "This file is too long for a signature.");
  button.disabled = true;
  try {
    await sendFile(file.files[0], (percent) => { going.textContent = `Sending: ${percent} %`; });
    going.textContent = "Checking…";
    show(page, await post("/upgrade/signature", { text: await seal.files[0].text() }));
  } catch (error) {
    going.textContent = "";
    button.disabled = false;
    const at = error.details?.find(({ location }) => location)?.location;
    refuse(at === "signature" ? seal : at === "package" ? file : null, error.message);
  }
  return undefined;
}

async function sendFile(file, tell) {
  let offset = 0;
  do {
    tell(Math.floor((100 * offset) / Math.max(1, file.size)));
    const piece = file.slice(offset, offset + pieceBytes);
    ({ received: offset } = await postBytes(
      `/upgrade/package?offset=${offset}&total=${file.size}`, piece));
  } while (offset < file.size);
}

function backCard(page, answer) {
  if (!answer.package?.from || answer.package.state !== "confirmed") return null;
  const { from } = answer.package;
  const loses = answer.record?.hasBefore;
  return element`<section class="card"><header><h2>Go back to release ${from}</h2></header>
    <div class="card-body"><div class="errors"></div>
      <p>${loses ? html`The record comes back as it was at
        ${formatDateTime(answer.record.endedAt)}. <strong>What was entered since then is not in it any
        more</strong>; it is kept aside on the disk of the box.`
        : html`The record stays as it is.`}</p>
      <p><button type="button" class="button danger" data-back @click=${(event) =>
        goBack(page, event.currentTarget, from, loses)}>Go back to release ${from}</button></p>
    </div></section>`;
}

async function goBack(page, button, from, loses) {
  const isSure = await askFirst({
    title: `Go back to release ${from}?`, button: "Go back", isDanger: true,
    text: loses ? "What was entered since the update is set aside. The box restarts."
      : "The box restarts. The record stays as it is.",
  });
  if (isSure) wish(page, button, "/upgrade/roll-back");
}
