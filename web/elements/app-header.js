// web/elements/app-header.js - the bar on top: the clinic, the pages, the person, the way out.
import { element, html } from "../lib/html.js";
import { addStyle } from "../lib/styles.js";

await addStyle("./app-header.css", import.meta.url);

const mark = () => html`<svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
  <path d="M16 3 29 16 16 29 3 16Z" fill="none" stroke="currentColor" stroke-width="2"></path>
  <path d="M16 10v12M10 16h12" stroke="currentColor" stroke-width="3"
    stroke-linecap="round"></path></svg>`;

const liveWords = { live: "Live", stale: "Not live: reconnecting" };

class AppHeader extends HTMLElement {
  #live = "off";

  /** Shows the bar: `{ clinicName, strip, closed, items, person, path, menu, actions }`. */
  show(view) {
    const link = ({ href, label, badge, badgeText }) => html`<li>
      <a href="${href}" aria-current="${isCurrent(view.path, href) ? "page" : null}">${label}
        ${badge ? html`<span class="badge"><span aria-hidden="true">${badge}</span>
          <span class="seen-by-readers-only">${badgeText}</span></span>` : null}</a></li>`;
    showStrip(view.strip ?? {});
    this.replaceChildren(html`<header class="app-bar">
      ${view.closed ? html`<p class="closed-strip">${view.closed}:
        <a href="/admin/maintenance">only administrators get in</a></p>` : null}
      <div class="app-row">
        <a class="brand" href="/">${mark()}<span>${view.clinicName}</span></a>
        <nav aria-label="Main"><ul>${view.items.map(link)}</ul></nav>
        ${view.person ? personPart(view) : null}
      </div></header>`);
    this.showLive(this.#live);
    this.#closeMenuOutside();
  }

  /** Says whether what others change is shown: `live`, `stale` or `off`. */
  showLive(state) {
    this.#live = state;
    const mark = this.querySelector(".live-mark");
    if (!mark) return;
    mark.textContent = liveWords[state] ?? "";
    mark.dataset.state = state;
  }

  #closeMenuOutside() {
    const menu = this.querySelector("details");
    if (!menu) return;
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    menu.addEventListener("click", (event) => {
      if (event.target.closest("a, button")) menu.open = false;
    });
  }
}

// Outside of the bar, which paper does not show: printed sheets carry the strip too.
function showStrip({ text, isPractice } = {}) {
  const shown = document.querySelector("body > .demo-strip");
  if (shown?.textContent.trim() === (text ?? "")) return;
  shown?.remove();
  if (!text) return;
  document.getElementById("frame").before(element`<aside aria-label="Kind of clinic"
    class="${isPractice ? "demo-strip is-practice" : "demo-strip"}"><span>${text}</span></aside>`);
}

function personPart({ person, menu, actions }) {
  return html`<div class="person">
    <p class="live-mark" role="status"></p>
    ${menu.length ? html`<details><summary><bdi>${person}</bdi></summary>
      <ul class="menu">${menu}</ul></details>` : html`<bdi>${person}</bdi>`}
    <button type="button" class="bar-button" @click=${actions.signOut}>Sign out</button>
  </div>`;
}

function isCurrent(path, href) {
  return path === href || path.startsWith(`${href}/`);
}

customElements.define("app-header", AppHeader);
