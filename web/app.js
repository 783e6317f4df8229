// web/app.js - puts the frame together: session, header, pages, shortcuts.
import "./elements/app-header.js";
import "./elements/idle-guard.js";
import { get } from "./lib/api.js";
import { count } from "./lib/format.js";
import { html } from "./lib/html.js";
import { keys } from "./lib/keys.js";
import { Router, safeReturnPath } from "./lib/router.js";
import {
  isAdministrator, loadBox, loadSession, may, session, signOut, watchSession,
} from "./lib/session.js";
import { readSettings, writeSettings } from "./lib/state.js";
import { failedNote } from "./elements/state-note.js";

const routes = [
  { pattern: "/", title: "Tribal EHR", load: () => import("./pages/help/help.js") },
  { pattern: "/sign-in", title: "Sign in", isOpen: true,
    load: () => import("./pages/sign-in/sign-in.js") },
  { pattern: "/help/:topic?", title: "Help", isOpen: true,
    load: () => import("./pages/help/help.js") },
  { pattern: "/patients", title: "Find a patient", needs: "patients.search",
    load: () => import("./pages/patient-search/patient-search.js") },
  { pattern: "/patients/:id/:tab?/:document?", title: "Chart", needs: "chart.read",
    load: () => import("./pages/chart/chart.js") },
  { pattern: "/sessions", title: "Sessions and password",
    load: () => import("./pages/sessions/sessions.js") },
  { pattern: "/audit", title: "Audit log", needs: "audit.read",
    load: () => import("./pages/audit-log/audit-log.js") },
  { pattern: "/notices", title: "Notices", isForAdministrators: true,
    load: () => import("./pages/notices/notices.js") },
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
  (!route.needs || may(route.needs)) && (!route.isForAdministrators || isAdministrator());

function homePath() {
  return routes.filter((route) => route.needs && !route.pattern.includes(":"))
    .find(isAllowed)?.pattern ?? "/sessions";
}

const router = new Router(routes, outlet, {
  before(route) {
    const { user } = session.get();
    if (!user) {
      if (route?.isOpen) return null;
      const here = location.pathname + location.search;
      const isPlain = here === "/" || session.get().endedBecause === "sign-out";
      return isPlain ? "/sign-in" : `/sign-in?to=${encodeURIComponent(here)}`;
    }
    if (route?.pattern === "/sign-in") {
      const wanted = safeReturnPath(new URLSearchParams(location.search).get("to"));
      return wanted === "/" || session.get().isOtherPerson ? homePath() : wanted;
    }
    if (location.pathname === "/") return homePath();
    return null;
  },
  isRefused: (route) => session.get().user !== null && !isAllowed(route),
  refused() {
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

function showHeader() {
  const { box, user } = session.get();
  const items = [
    may("patients.search") && { href: "/patients", label: "Patients" },
    may("audit.read") && { href: "/audit", label: "Audit log" },
    user && isAdministrator() && {
      href: "/notices", label: "Notices", badge: unseenNotices,
      badgeText: `${count(unseenNotices, "notice")} not seen`,
    },
    { href: "/help", label: "Help" },
    !user && { href: "/sign-in", label: "Sign in" },
  ].filter(Boolean);
  header.show({
    clinicName: box?.clinicName || "Tribal EHR", isDemo: box?.demo, items,
    path: location.pathname, person: user?.displayName || user?.username, menu: menuItems(),
    actions: { signOut: () => signOut() },
  });
}

function menuItems() {
  const isCompact = readSettings().density === "compact";
  return [
    html`<li><a href="/sessions">Sessions and password</a></li>`,
    isAdministrator() ? html`<li><a href="/certificates">Certificates</a></li>` : null,
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

let shownUserId = null;

function followSession({ user }) {
  if ((user?.id ?? null) === shownUserId) return;
  shownUserId = user?.id ?? null;
  if (user) loadNotices();
  else router.clear();
  document.querySelectorAll("#dialogs dialog").forEach((dialog) => dialog.close());
  router.show();
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
  shownUserId = session.get().user?.id ?? null;
  session.subscribe(followSession);
  document.addEventListener("notices-seen", loadNotices);
  if (shownUserId) loadNotices();
  router.start();
}

addKeys();
watchSession();
await start();
