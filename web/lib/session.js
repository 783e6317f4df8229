// web/lib/session.js - who is signed in on this browser, shared between its tabs.
import {
  get, lastContactAtMs, onRefusal, onSessionEnd, post, useCsrfToken,
} from "./api.js";
import { createStore } from "./state.js";

/**
 * `user` is null while nobody is signed in; `endedBecause` says why a session ended;
 * `isOtherPerson` says that the last session in this tab was somebody else's; `next` is what the
 * person has to do before anything else: `change-password`, `set-up-factor` or `unlock`.
 */
export const session = createStore({
  box: null, user: null, idleSeconds: 900, absoluteExpiresAt: null, endedBecause: null,
  isOtherPerson: false, next: null, factorDueAt: null,
});
let lastUserId = null;

const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("tribal-ehr") : null;
let otherTabContactMs = 0;

/** Says whether the signed-in person has a permission. */
export const may = (permission) => session.get().user?.permissions.includes(permission) ?? false;

/** Says whether the signed-in person administers the box. */
export const isAdministrator = () =>
  session.get().user?.roles.some((role) => role === "SYSTEM_ADMIN" || role === "ADMIN") ?? false;

/** Asks the box what it is. */
export async function loadBox() {
  session.set({ box: await get("/box") });
}

const closedLookMs = 15_000;
const closedStatus = 503;

/** Notices that the box is closed for maintenance, and looks again until it is open. */
export function watchClosing() {
  const look = () => loadBox().catch(() => null);
  onRefusal((error) => {
    if (error.status === closedStatus && !session.get().box?.maintenance) look();
  });
  setInterval(() => {
    if (session.get().box?.maintenance && document.visibilityState === "visible") look();
  }, closedLookMs);
}

/** Asks the box who is signed in; the answer also renews the session. */
export async function loadSession() {
  try {
    accept(await get("/auth/me", { isSignIn: true }));
    return true;
  } catch (error) {
    if (error.status !== 401) throw error;
    forget(null);
    return false;
  }
}

/**
 * Signs in. Returns the ways of the second step where the account has one, otherwise null. Throws an
 * `ApiError` that says why not.
 */
export async function signIn(username, password) {
  const answer = await post("/auth/login", { username, password }, { isSignIn: true });
  if (answer.next === "factor") return answer.methods;
  begin(answer);
  return null;
}

/** Takes the second step, or signs in with a passkey alone. */
export async function finishSignIn(path, proof) {
  begin(await post(path, proof, { isSignIn: true }));
}

/** Locks this browser until the person's PIN; what is on the screen is taken away at once. */
export async function lock() {
  session.set({ next: "unlock" });
  channel?.postMessage({ kind: "locked", userId: session.get().user?.id });
  await post("/auth/lock", {}, { isSignIn: true }).catch(() => null);
}

/** Unlocks this browser. Throws an `ApiError` that says why not. */
export async function unlock(pin) {
  try {
    accept(await post("/auth/unlock", { pin }, { isSignIn: true }));
  } catch (error) {
    if (error.status === 401) forget("expired");
    throw error;
  }
  channel?.postMessage({ kind: "unlocked" });
}

function begin(answer) {
  accept(answer);
  channel?.postMessage({ kind: "signed-in", userId: session.get().user.id });
}

/** Signs out; this tab forgets everything at once, also when the box cannot be reached. */
export async function signOut(endedBecause = "sign-out") {
  const sent = post("/auth/logout", {}, { isSignIn: true });
  forget(endedBecause);
  channel?.postMessage({ kind: "signed-out", endedBecause });
  await sent.catch(() => null);
}

/** Returns when any tab of this browser last heard from the box, in milliseconds since 1970. */
export const lastHeardAtMs = () => Math.max(lastContactAtMs(), otherTabContactMs);

/** Tells the other tabs that this one is in use. */
export const tellContact = () => channel?.postMessage({ kind: "contact", atMs: lastContactAtMs() });

/** Watches for a session that ends, or that another tab starts for another person. */
export function watchSession() {
  onSessionEnd(() => forget("expired"));
  channel?.addEventListener("message", ({ data }) => {
    if (data.kind === "contact") otherTabContactMs = Math.max(otherTabContactMs, data.atMs);
    if (data.kind === "signed-out" && session.get().user) forget(data.endedBecause);
    if (data.kind === "locked" && data.userId === session.get().user?.id) {
      session.set({ next: "unlock" });
    }
    if (data.kind === "unlocked" && session.get().next === "unlock") loadSession().catch(() => null);
    if (data.kind === "signed-in" && data.userId !== session.get().user?.id) location.reload();
  });
  const check = () => {
    if (document.visibilityState === "visible") checkIdentity();
  };
  document.addEventListener("visibilitychange", check);
  window.addEventListener("focus", check);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

const checkPauseMs = 5_000;

async function checkIdentity() {
  const before = session.get().user?.id;
  if (!before || Date.now() - lastContactAtMs() < checkPauseMs) return;
  try {
    const answer = await get("/auth/me");
    if (answer.user.id === session.get().user?.id) accept(answer);
    else location.reload();
  } catch {
    // A session that has ended is reported by the api module; a box out of reach changes nothing.
  }
}

function accept({ user, csrfToken, idleSeconds, absoluteExpiresAt, next, factorDueAt }) {
  useCsrfToken(csrfToken);
  const isOtherPerson = lastUserId !== null && lastUserId !== user.id;
  lastUserId = user.id;
  session.set({
    user, idleSeconds: idleSeconds ?? 900, absoluteExpiresAt, endedBecause: null, isOtherPerson,
    next: next ?? null, factorDueAt: factorDueAt ?? null,
  });
}

function forget(endedBecause) {
  useCsrfToken(null);
  if (session.get().user || endedBecause) session.set({ user: null, endedBecause, next: null });
}
