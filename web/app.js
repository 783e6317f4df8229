// web/app.js - puts the frame together: session, header, pages, shortcuts.
import "./elements/app-header.js";
import "./elements/idle-guard.js";
import { get, onNeed } from "./lib/api.js";
import { liveness, watchChanges } from "./lib/events.js";
import { count } from "./lib/format.js";
import { html } from "./lib/html.js";
import { keys } from "./lib/keys.js";
import { Router, safeReturnPath } from "./lib/router.js";
import {
  isAdministrator, loadBox, loadSession, lock, may, session, signOut, watchClosing, watchSession,
} from "./lib/session.js";
import { readSettings, writeSettings } from "./lib/state.js";
import { failedNote } from "./elements/state-note.js";

const routes = [
  { pattern: "/", title: "Tribal EHR", load: () => import("./pages/help/help.js") },
  { pattern: "/sign-in", title: "Sign in", isOpen: true,
    load: () => import("./pages/sign-in/sign-in.js") },
  { pattern: "/new-password", title: "Choose another password", isOpen: true,
    load: () => import("./pages/new-password/new-password.js") },
  { pattern: "/first-steps", title: "Before you start",
    load: () => import("./pages/first-steps/first-steps.js") },
  { pattern: "/locked", title: "Locked", load: () => import("./pages/lock/lock.js") },
  { pattern: "/help/:topic?", title: "Help", isOpen: true,
    load: () => import("./pages/help/help.js") },
  { pattern: "/setup", title: "Setup", isOpen: true,
    load: () => import("./pages/setup/setup.js") },
  { pattern: "/patients", title: "Find a patient", needs: "patients.search",
    load: () => import("./pages/patient-search/patient-search.js") },
  { pattern: "/patients/:id/:tab?/:document?", title: "Chart", needs: "chart.read",
    load: () => import("./pages/chart/chart.js") },
  { pattern: "/register/:draft?/:step?", title: "Register a patient", needs: "patients.create",
    load: () => import("./pages/front-desk/register.js") },
  { pattern: "/people/:id/:part?", title: "Registration", needs: "patients.search",
    load: () => import("./pages/front-desk/person.js") },
  { pattern: "/sessions", title: "Your sign-in",
    load: () => import("./pages/sessions/sessions.js") },
  { pattern: "/audit", title: "Audit log", needs: "audit.read",
    load: () => import("./pages/audit-log/audit-log.js") },
  { pattern: "/emergencies", title: "Emergency access", needs: "emergencies.review",
    load: () => import("./pages/emergencies/emergencies.js") },
  { pattern: "/access-report/:id", title: "Who looked at this chart", needs: "audit.read",
    load: () => import("./pages/access-report/access-report.js") },
  { pattern: "/delegations", title: "Standing in", needs: "delegations.make",
    load: () => import("./pages/delegations/delegations.js") },
  { pattern: "/access-rules", title: "Who may see which charts", needs: "access-rules.read",
    load: () => import("./pages/access-rules/access-rules.js") },
  { pattern: "/notices", title: "Notices", isForAdministrators: true,
    load: () => import("./pages/notices/notices.js") },
  { pattern: "/practice", title: "Practice", isOfPractice: true,
    load: () => import("./pages/practice/practice.js") },
  { pattern: "/admin/maintenance", title: "Maintenance", isForAdministrators: true,
    needs: "system.read", load: () => import("./pages/maintenance/maintenance.js") },
  { pattern: "/admin/purge", title: "Destroy a record", isForAdministrators: true,
    needs: "system.change", load: () => import("./pages/admin/purge.js") },
  { pattern: "/admin", title: "Administration", isForAdministrators: true,
    load: () => import("./pages/admin/overview.js") },
  { pattern: "/admin/users", title: "Users", needs: "users.read", isForAdministrators: true,
    load: () => import("./pages/admin/users.js") },
  { pattern: "/admin/users/:id", title: "User", needs: "users.read", isForAdministrators: true,
    load: () => import("./pages/admin/user.js") },
  { pattern: "/admin/roles", title: "Roles", needs: "users.read", isForAdministrators: true,
    load: () => import("./pages/admin/roles.js") },
  { pattern: "/admin/sessions", title: "Sessions", needs: "sessions.readAll",
    isForAdministrators: true, load: () => import("./pages/admin/sessions.js") },
  { pattern: "/admin/access-reviews", title: "Access review", needs: "users.read", isForAdministrators: true,
    load: () => import("./pages/admin/reviews.js") },
  { pattern: "/admin/access-reviews/:id", title: "Access review", needs: "users.read", isForAdministrators: true,
    load: () => import("./pages/admin/review.js") },
  { pattern: "/admin/clinic", title: "Clinic", needs: "system.read", isForAdministrators: true,
    load: () => import("./pages/admin/clinic.js") },
  { pattern: "/admin/locations", title: "Locations", needs: "directory.change", isForAdministrators: true,
    load: () => import("./pages/admin/locations.js") },
  { pattern: "/admin/locations/:id", title: "Location", needs: "directory.change", isForAdministrators: true,
    load: () => import("./pages/admin/location.js") },
  { pattern: "/admin/providers", title: "Providers", needs: "directory.change", isForAdministrators: true,
    load: () => import("./pages/admin/providers.js") },
  { pattern: "/admin/providers/:id", title: "Provider", needs: "directory.change", isForAdministrators: true,
    load: () => import("./pages/admin/provider.js") },
  { pattern: "/admin/settings", title: "Settings", needs: "system.read", isForAdministrators: true,
    load: () => import("./pages/admin/settings.js") },
  { pattern: "/admin/backups", title: "Backups", needs: "system.read", isForAdministrators: true,
    load: () => import("./pages/backups/backups.js") },
  { pattern: "/admin/updates", title: "Updates", needs: "system.read", isForAdministrators: true,
    load: () => import("./pages/updates/updates.js") },
  { pattern: "/admin/backups/kept", title: "What is kept", needs: "system.read", isForAdministrators: true,
    load: () => import("./pages/backups/kept.js") },
  { pattern: "/admin/time-machine", title: "Time machine", needs: "system.read", isForAdministrators: true,
    load: () => import("./pages/time-machine/time-machine.js") },
  { pattern: "/admin/subscriptions", title: "Subscriptions", needs: "system.read",
    isForAdministrators: true, load: () => import("./pages/admin/subscriptions.js") },
  { pattern: "/admin/code-systems", title: "Code systems", needs: "system.read",
    isForAdministrators: true, load: () => import("./pages/code-systems/code-systems.js") },
  { pattern: "/certificates/confirm", title: "Certificate", isOpen: true,
    load: () => import("./pages/certificates/confirm.js") },
  { pattern: "/certificates", title: "Certificates", isForAdministrators: true,
    load: () => import("./pages/certificates/certificates.js") },
];

// The page that usually comes next is fetched while the person still types.
const loadAheadMs = 150;
routes.find(({ pattern }) => pattern === "/patients").next =
  routes.find(({ title }) => title === "Chart");

const outlet = document.getElementById("main");
const header = document.createElement("app-header");
let unseenNotices = 0;

const isAllowed = (route) =>
  (!route.needs || may(route.needs)) && (!route.isForAdministrators || isAdministrator())
  && (!route.isOfPractice || session.get().box?.practice === true);

// A closed box shows nothing but its notice, the way in and the handbook to those who may not pass.
const isClosed = (route) => Boolean(session.get().box?.maintenance) && !isAdministrator()
  && !["/sign-in", "/help/:topic?"].includes(route?.pattern);

function homePath() {
  return routes.filter((route) => route.needs && !route.pattern.includes(":"))
    .find(isAllowed)?.pattern ?? "/sessions";
}

/** Where the person has to go before anything else. */
function firstPath() {
  const { next } = session.get();
  return next === "unlock" ? "/locked" : next ? "/first-steps" : null;
}

const isStep = (route) => route?.pattern === "/locked" || route?.pattern === "/first-steps";

function withReturn(path) {
  const here = location.pathname + location.search;
  const inAddress = new URLSearchParams(location.search).get("to");
  const wanted = location.pathname === "/sign-in" || here.startsWith("/locked")
    || here.startsWith("/first-steps") ? inAddress : here;
  return wanted && wanted !== "/" ? `${path}?to=${encodeURIComponent(wanted)}` : path;
}

const router = new Router(routes, outlet, {
  before(route) {
    const { box, user } = session.get();
    if (box?.claimed === false && !route?.isOpen) return "/setup";
    if (isClosed(route)) return null;
    if (!user) {
      if (route?.isOpen) return null;
      const here = location.pathname + location.search;
      const isPlain = here === "/" || session.get().endedBecause === "sign-out";
      return isPlain ? "/sign-in" : `/sign-in?to=${encodeURIComponent(here)}`;
    }
    const first = firstPath();
    if (first && route?.pattern !== first && !(route?.isOpen && route.pattern.startsWith("/help"))) {
      return withReturn(first);
    }
    if (!first && isStep(route)) {
      return safeReturnPath(new URLSearchParams(location.search).get("to"));
    }
    if (route?.pattern === "/sign-in") {
      const wanted = safeReturnPath(new URLSearchParams(location.search).get("to"));
      return wanted === "/" || session.get().isOtherPerson ? homePath() : wanted;
    }
    if (location.pathname === "/") return homePath();
    return null;
  },
  isRefused: (route) => isClosed(route) || (session.get().user !== null && !isAllowed(route)),
  refused() {
    if (isClosed()) {
      showClosed();
      return;
    }
    document.title = "Not allowed · Tribal EHR";
    outlet.replaceChildren(html`<div class="page"><h1>Not for your role</h1>
      <p>Your role does not open this page. An administrator can change your roles.</p></div>`);
    showHeader();
  },
  after(route) {
    document.title = `${route.title} · Tribal EHR`;
    if (route.next && may(route.next.needs)) setTimeout(route.next.load, loadAheadMs);
    showHeader();
  },
  missing() {
    document.title = "Not found · Tribal EHR";
    outlet.replaceChildren(html`<div class="page"><h1>There is no such page</h1>
      <p>The address may be mistyped. <a href="/">Go to the first page</a>.</p></div>`);
    showHeader();
  },
  failed() {
    const error = { message: "This page could not be loaded from the box." };
    outlet.replaceChildren(html`<div class="page">
      ${failedNote(error, () => location.reload())}</div>`);
  },
});

async function showClosed() {
  document.title = "Closed for maintenance · Tribal EHR";
  const { closedPage } = await import("./elements/closed-page.js");
  if (!isClosed()) return;
  outlet.replaceChildren(closedPage(session.get().box.maintenance, session.get().user !== null));
  showHeader();
}

function showHeader() {
  const { box, user, next } = session.get();
  const items = next ? [{ href: "/help", label: "Help" }] : [
    may("patients.search") && { href: "/patients", label: "Patients" },
    may("patients.create") && { href: "/register", label: "Register" },
    may("audit.read") && { href: "/audit", label: "Audit log" },
    may("emergencies.review") && { href: "/emergencies", label: "Emergency access" },
    user && isAdministrator() && {
      href: "/notices", label: "Notices", badge: unseenNotices,
      badgeText: `${count(unseenNotices, "notice")} not seen`,
    },
    user && box?.practice && { href: "/practice", label: "Practice" },
    user && isAdministrator() && { href: "/admin", label: "Administration" },
    { href: "/help", label: "Help" },
    !user && box?.claimed !== false && { href: "/sign-in", label: "Sign in" },
  ].filter(Boolean);
  header.show({
    clinicName: box?.clinicName || "Tribal EHR", strip: stripOf(box),
    closed: box?.maintenance && user && isAdministrator() ? "Closed for maintenance" : null, items,
    path: location.pathname, person: user?.displayName || user?.username, menu: menuItems(),
    actions: { signOut: () => signOut() },
  });
}

function stripOf(box) {
  if (box?.practice) {
    return { text: "Practice clinic: invented people. Enter nothing real.", isPractice: true };
  }
  return box?.demo ? { text: "DEMO: invented patients. Enter nothing real." } : null;
}

function menuItems() {
  if (session.get().next) return [];
  const isCompact = readSettings().density === "compact";
  return [
    html`<li><a href="/sessions">Your sign-in</a></li>`,
    may("delegations.make") ? html`<li><a href="/delegations">Standing in</a></li>` : null,
    may("access-rules.read") ? html`<li><a href="/access-rules">Who may see which charts</a></li>` : null,
    isAdministrator() ? html`<li><a href="/certificates">Certificates</a></li>` : null,
    session.get().user?.hasPIN
      ? html`<li><button type="button" @click=${() => lock()}>Lock this page</button></li>` : null,
    html`<li><button type="button" @click=${showKeys}>Keyboard shortcuts</button></li>`,
    html`<li class="rule"></li>`,
    html`<li><label><input type="checkbox" ?checked=${isCompact} @change=${changeDensity}>
      Compact rows</label></li>`,
  ];
}

function changeDensity(event) {
  writeSettings({ density: event.target.checked ? "compact" : "comfortable" });
  showDensity();
}

function showDensity() {
  document.documentElement.dataset.density = readSettings().density;
}

async function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const { openKeySheet } = await import("./elements/key-sheet.js");
  openKeySheet();
}

function addKeys() {
  const search = async () => {
    if (location.pathname !== "/patients") await router.go("/patients");
    document.querySelector("[data-search]")?.focus();
  };
  const jump = (path, permission) => () => {
    if (session.get().user && (!permission || may(permission))) router.go(path);
  };
  const whenSignedIn = (run) => () => session.get().user && run();
  keys.add("/", "Find a patient", whenSignedIn(search));
  keys.add("Control+k", "Find a patient, from anywhere", whenSignedIn(search));
  keys.add("g p", "Go to patients", jump("/patients", "patients.search"));
  keys.add("g r", "Register a patient", jump("/register", "patients.create"));
  keys.add("n", "Register a new patient", jump("/register/new", "patients.create"));
  keys.add("g a", "Go to the audit log", jump("/audit", "audit.read"));
  keys.add("g s", "Go to sessions", jump("/sessions"));
  keys.add("g h", "Go to help", jump("/help"));
  keys.add("?", "Show this list", showKeys);
  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("dialog[open]")) keys.press(event);
  });
}

async function loadNotices() {
  unseenNotices = 0;
  if (!isAdministrator()) return;
  try {
    unseenNotices = (await get("/notices")).items.filter((item) => !item.isSeen).length;
  } catch {
    return;
  }
  showHeader();
}

let shown = null;
const shownKey = ({ user, next }) => (user ? `${user.id} ${next ?? ""}` : null);

let hadPIN = false;

function followSession(state) {
  const hasPIN = state.user?.hasPIN ?? false;
  if (shownKey(state) === shown) {
    // The menu of a person with a PIN can lock the page.
    if (hasPIN !== hadPIN) showHeader();
    hadPIN = hasPIN;
    return;
  }
  hadPIN = hasPIN;
  shown = shownKey(state);
  if (state.user && !state.next) loadNotices();
  else router.clear();
  document.querySelectorAll("#dialogs dialog").forEach((dialog) => dialog.close());
  router.show();
}

let shownBox = "";

// The name of the clinic, the practice bar and the notice of a closed box follow what the box says.
function followBox({ box }) {
  const now = JSON.stringify(box);
  if (now === shownBox) return;
  const wasClosed = shownBox !== "" && Boolean(JSON.parse(shownBox)?.maintenance);
  shownBox = now;
  showHeader();
  if (!isAdministrator() && wasClosed !== Boolean(box?.maintenance)) router.show();
}

async function start() {
  showDensity();
  document.getElementById("frame").replaceChildren(
    header, document.createElement("idle-guard"));
  try {
    await Promise.all([loadBox(), loadSession()]);
  } catch (error) {
    outlet.replaceChildren(html`<div class="page">${failedNote(error, start)}</div>`);
    return;
  }
  shown = shownKey(session.get());
  shownBox = JSON.stringify(session.get().box);
  session.subscribe(followSession);
  session.subscribe(followBox);
  watchClosing();
  watchChanges();
  liveness.subscribe(({ state }) => header.showLive(state));
  document.addEventListener("notices-seen", loadNotices);
  if (shown && !session.get().next) loadNotices();
  router.start();
}

onNeed("unlock", () => {
  session.set({ next: "unlock" });
  return false;
});
for (const need of ["change-password", "set-up-factor"]) {
  onNeed(need, async () => {
    await loadSession().catch(() => null);
    return false;
  });
}
onNeed("fresh-proof", async () => {
  const { askForProof } = await import("./elements/proof-dialog.js");
  return askForProof();
});
addKeys();
watchSession();
await start();
