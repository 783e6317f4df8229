// web/pages/admin/overview.js - what an administrator can do here, one line for each page.
import { adminFrame, allowedAdminPages } from "../../elements/admin-nav.js";
import { html } from "../../lib/html.js";

/** Opens the page. */
export function open(outlet) {
  const row = ({ href, label, what }) => html`<tr>
    <th scope="row"><a href="${href}">${label}</a></th><td>${what}</td></tr>`;
  outlet.replaceChildren(adminFrame(
    { path: "/admin", title: "Administration",
      intro: "Every change on these pages is in the audit log with your name." },
    html`<section class="card"><table class="table"><thead><tr><th scope="col">Page</th>
      <th scope="col">What it is for</th></tr></thead>
      <tbody>${allowedAdminPages().map(row)}</tbody></table></section>`));
  return {};
}
