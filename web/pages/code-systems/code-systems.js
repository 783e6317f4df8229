// web/pages/code-systems/code-systems.js - which codes the box holds, and a field to try them.
import { adminFrame } from "../../elements/admin-nav.js";
import "../../elements/code-search.js";
import { emptyNote, failedNote, loadingNote } from "../../elements/state-note.js";
import { get } from "../../lib/api.js";
import { formatDateTime } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";
import { addStyle } from "../../lib/styles.js";
import { holdingWords, originWords } from "./system-words.js";

await addStyle("./code-systems.css", import.meta.url);

/** Opens the page. */
export function open(outlet) {
  const body = element`<div class="admin-body code-systems"></div>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin/code-systems", title: "Code systems",
      intro: "The lists of codes that forms, searches and checks use: diagnoses, vaccines, "
        + "languages and others." }, body));
  const load = async () => {
    body.replaceChildren(loadingNote("the code systems"));
    try {
      show(body, await get("/terms/systems"));
    } catch (error) {
      body.replaceChildren(failedNote(error, load));
    }
  };
  load();
  return {};
}

function show(body, answer) {
  const systems = [...answer.data].sort((a, b) => a.title.localeCompare(b.title));
  const searchable = systems.filter(({ key }) => key);
  body.replaceChildren(tryCard(searchable), listCard(systems, answer), loadCard());
}

function tryCard(systems) {
  const chosen = element`<div class="chosen" aria-live="polite"></div>`;
  const search = element`<code-search system="icd-10-cm" label="Look up a code"
    hint="Words in any order, parts of words, everyday words, or the code."></code-search>`;
  const select = element`<select class="input" id="try-system">
    ${systems.map(({ key, title }) => html`<option value="${key}"
      ?selected=${key === "icd-10-cm"}>${title}</option>`)}</select>`;
  select.addEventListener("change", () => search.setAttribute("system", select.value));
  search.addEventListener("code-chosen", ({ detail }) => chosen.replaceChildren(
    detail ? html`<dl><dt>Code</dt><dd><code>${detail.code}</code></dd>
      <dt>Name</dt><dd>${detail.display}</dd>
      <dt>System</dt><dd><code>${detail.system}</code></dd></dl>` : ""));
  return html`<section class="card"><h2>Try it</h2><div class="try"><div class="try-row">
    <div class="field"><label for="try-system">System</label>${select}</div>${search}</div>
    ${chosen}</div></section>`;
}

function listCard(systems, { standardCount, valueSetCount }) {
  const row = (system) => html`<tr><th scope="row">${system.title}
      <span class="quiet"><code>${system.url}</code></span></th>
    <td>${system.version ?? "–"}</td>
    <td class="number">${system.count.toLocaleString("en-US")}</td>
    <td>${holdingWords(system)}</td>
    <td>${originWords(system)}${system.loadedAt
      ? html`<span class="quiet">${formatDateTime(system.loadedAt)}</span>` : null}
      ${system.licence ? html`<span class="quiet">${system.licence}</span>` : null}</td></tr>`;
  return html`<section class="card"><h2>What this box holds</h2>
    ${systems.length === 0 ? emptyNote("There are no code systems.") : html`
    <div class="table-frame" tabindex="0" role="region" aria-label="Code systems">
    <table class="table"><thead><tr><th scope="col">System</th><th scope="col">Version</th>
      <th scope="col" class="number">Codes</th><th scope="col">How much</th>
      <th scope="col">Where from, licence</th></tr></thead>
    <tbody>${systems.map(row)}</tbody></table></div>`}
    <p class="card-body quiet">The standard itself brings ${standardCount.toLocaleString("en-US")} more
      code systems and ${valueSetCount.toLocaleString("en-US")} value sets, which need no care.</p>
  </section>`;
}

function loadCard() {
  return html`<section class="card"><h2>Load a full release</h2><div class="card-body">
    <p>Of LOINC, RxNorm and SNOMED CT the box may only bring the few codes that its samples use.
      A clinic that has a licence downloads the release from its publisher and loads it on the box:</p>
    <pre><code>tribal-ehr terms load PATH</code></pre>
    <p>Nothing changes until the whole release is in; the one before is then taken away.
      <a href="/help/code-systems">How to get and load each of them</a>.</p></div></section>`;
}
