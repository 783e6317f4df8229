// web/elements/app-header.js - the bar on top: the clinic, the pages, the person, the way out.
import { html } from "../lib/html.js";
import { addStyle } from "../lib/styles.js";

await addStyle("./app-header.css", import.meta.url);

const mark = () => html`<svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
  <path d="M16 3 29 16 16 29 3 16Z" fill="none" stroke="currentColor" stroke-width="2"></path>
  <path d="M16 10v12M10 16h12" stroke="currentColor" stroke-width="3"
    stroke-linecap="round"></path></svg>`;

class AppHeader extends HTMLElement {
  /** Shows the bar: `{ clinicName, isDemo, items, person, path, menu, actions }`. */
  show(view) {
    const link = ({ href, label, badge, badgeText }) => html`<li>
      <a href="${href}" aria-current="${isCurrent(view.path, href) ? "page" : null}">${label}
        ${badge ? html`<span class="badge"><span aria-hidden="true">${badge}</span>
          <span class="seen-by-readers-only">${badgeText}</span></span>` : null}</a></li>`;
    this.replaceChildren(html`<header class="app-bar">
      ${view.isDemo ? html`<p class="demo-strip"><span>DEMO: invented patients. Enter nothing real.
        </span></p>` : null}
      <div class="app-row">
        <a class="brand" href="/">${mark()}<span>${view.clinicName}</span></a>
        <nav aria-label="Main"><ul>${view.items.map(link)}</ul></nav>
        ${view.person ? personPart(view) : null}
      </div></header>`);
    this.#closeMenuOutside();
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

function personPart({ person, menu, actions }) {
  return html`<div class="person">
    ${menu.length ? html`<details><summary><bdi>${person}</bdi></summary>
      <ul class="menu">${menu}</ul></details>` : html`<bdi>${person}</bdi>`}
    <button type="button" class="bar-button" @click=${actions.signOut}>Sign out</button>
  </div>`;
}

function isCurrent(path, href) {
  return path === href || path.startsWith(`${href}/`);
}

customElements.define("app-header", AppHeader);
