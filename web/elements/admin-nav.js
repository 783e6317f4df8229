// web/elements/admin-nav.js - the list of the administrator's pages, and the frame around each.
import { element, html } from "../lib/html.js";
import { may } from "../lib/session.js";
import { addStyle } from "../lib/styles.js";
import { backupLine } from "./backup-line.js";

await addStyle("./admin-nav.css", import.meta.url);

/**
 * One line for each page: its address, its name, the permission that opens it, and what it is for.
 * A page that stands here needs a route in app.js as well.
 */
export const adminPages = [
  { href: "/admin/users", label: "Users", needs: "users.read",
    what: "Who may sign in, with which roles, and how to help somebody who is locked out." },
  { href: "/admin/roles", label: "Roles", needs: "users.read",
    what: "What each role may do, and who has it." },
  { href: "/admin/access-reviews", label: "Access review", needs: "users.read",
    what: "The quarterly look at every account, signed and kept." },
  { href: "/admin/sessions", label: "Sessions", needs: "sessions.readAll",
    what: "Who is signed in where, and how to end that." },
  { href: "/admin/clinic", label: "Clinic", needs: "system.read",
    what: "Name, address, time zone and tribe; with earlier versions." },
  { href: "/admin/locations", label: "Locations", needs: "directory.change",
    what: "Sites, buildings and rooms, with opening hours." },
  { href: "/admin/providers", label: "Providers", needs: "directory.change",
    what: "Who treats patients: NPI, specialty, where they work." },
  { href: "/admin/backups", label: "Backups", needs: "system.read",
    what: "Whether the record is safe: copies, places, what is kept, and trying it out." },
  { href: "/admin/updates", label: "Updates", needs: "system.read",
    what: "Which release runs, installing another one from a file, and going back." },
  { href: "/certificates", label: "Certificates", needs: "system.change",
    what: "What browsers are shown, and a certificate of the clinic's own." },
  { href: "/access-rules", label: "Who may see which charts", needs: "access-rules.read",
    what: "Every chart or own patients only, role by role." },
  { href: "/admin/subscriptions", label: "Subscriptions", needs: "system.read",
    what: "Programs that are told of changes, and how that goes." },
  { href: "/admin/settings", label: "Settings", needs: "system.read",
    what: "Sessions, passwords, limits and the log." },
  { href: "/admin/time-machine", label: "Time machine", needs: "system.read",
    what: "What a backup holds: a chart then and now, and copying a record back." },
  { href: "/admin/purge", label: "Destroy a record", needs: "system.change",
    what: "Taking a record or a chart out for good, with a reason." },
  { href: "/admin/code-systems", label: "Code systems", needs: "system.read",
    what: "Lists of diagnoses, vaccines, languages and others: what is here, and how to load more." },
  { href: "/admin/maintenance", label: "Maintenance", needs: "system.read",
    what: "Closing the box for everybody but administrators, and opening it again." },
];

/** Returns the pages that the person who is signed in may open. */
export const allowedAdminPages = () => adminPages.filter(({ needs }) => may(needs));

/**
 * Returns the frame of an administrator's page: the list of pages at the side, the heading, a
 * sentence or two, a place for actions, and what the page shows.
 */
export function adminFrame({ path, title, intro, actions = null }, ...content) {
  const link = ({ href, label }) => html`<li>
    <a href="${href}" aria-current="${path === href ? "page" : null}">${label}</a></li>`;
  return element`<div class="page admin">
    <nav class="admin-nav no-print" aria-label="Administration"><ul>
      ${allowedAdminPages().map(link)}</ul></nav>
    <div class="admin-body">${path === "/admin/backups" || !may("system.read") ? null : backupLine()}
      <div class="page-head"><h1>${title}</h1>${actions}
        ${intro ? html`<p>${intro}</p>` : null}</div>
      ${content}</div></div>`;
}
