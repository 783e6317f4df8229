// web/lib/api.js - the one place that talks to the box.

const base = "/api/v1";
const waitMsMax = 20_000;

/** An answer other than success, or no answer; `message` is fit to be shown. */
export class ApiError extends Error {
  constructor({ status = 0, code = "unreachable", message, details = [], requestId = null,
    retryAfterSeconds = null }) {
    super(message);
    this.name = "ApiError";
    this.need = status === 403 ? details[0]?.location ?? null : null;
    Object.assign(this, { status, code, details, requestId, retryAfterSeconds });
  }
}

let csrfToken = null;
let lastContactMs = 0;
const sessionEndListeners = new Set();
const needHandlers = new Map();
const refusalListeners = new Set();

/** Sets the token that every changing request carries. */
export function useCsrfToken(token) {
  csrfToken = token;
}

/** Returns when the box last answered, in milliseconds since 1970. */
export function lastContactAtMs() {
  return lastContactMs;
}

/** Calls the listener whenever the box says that the session has ended. */
export function onSessionEnd(listener) {
  sessionEndListeners.add(listener);
}

/**
 * Sets what happens when the box wants something of the person first: `fresh-proof`,
 * `change-password`, `set-up-factor` or `unlock`. Where the handler resolves to true, the request
 * is sent once more.
 */
export function onNeed(need, handler) {
  needHandlers.set(need, handler);
}

/** Calls the listener with every answer other than success. */
export function onRefusal(listener) {
  refusalListeners.add(listener);
}

export const get = (path, options) => send("GET", path, undefined, options);
export const post = (path, body, options) => send("POST", path, body ?? {}, options);
export const postBytes = (path, bytes, options) => send("POST", path, bytes, options);
export const put = (path, body, options) => send("PUT", path, body ?? {}, options);
export const remove = (path, options) => send("DELETE", path, undefined, options);

/** Returns a path with the given query; empty values are left out. */
export function withQuery(path, query) {
  const pairs = Object.entries(query).filter(([, value]) => value !== "" && value != null);
  return pairs.length ? `${path}?${new URLSearchParams(pairs)}` : path;
}

// `ifMatch` is the version that a change was made from; the box refuses it where there is a newer one.
// `retryKey` stands for one act of a person: sent again, it is done once.
async function send(method, path, body, options = {}) {
  try {
    return await sendOnce(method, path, body, options);
  } catch (error) {
    const handler = needHandlers.get(error.need);
    if (!handler || options.isSignIn || !(await handler(error))) throw error;
    return sendOnce(method, path, body, options);
  }
}

async function sendOnce(method, path, body,
  { signal, isSignIn = false, ifMatch = null, retryKey = null, waitMs = waitMsMax } = {}) {
  const headers = { Accept: "application/json" };
  if (ifMatch !== null) headers["If-Match"] = `"${ifMatch}"`;
  if (retryKey) headers["Idempotency-Key"] = retryKey;
  const isBytes = body instanceof Blob;
  if (body !== undefined) headers["Content-Type"] = isBytes ? "application/octet-stream" : "application/json";
  if (method !== "GET" && csrfToken) headers["X-CSRF-Token"] = csrfToken;
  const response = await reach(base + path, {
    method, headers, body: body === undefined || isBytes ? body : JSON.stringify(body),
    credentials: "same-origin", cache: "no-store", redirect: "error",
    signal: anySignal(signal, AbortSignal.timeout(waitMs)),
  }, signal);
  lastContactMs = Date.now();
  if (response.ok) return response.status === 204 ? null : readJSON(response);
  const error = await errorOf(response);
  if (response.status === 401 && !isSignIn) {
    for (const listener of sessionEndListeners) listener(error);
  }
  for (const listener of refusalListeners) listener(error);
  throw error;
}

async function reach(address, request, callerSignal) {
  try {
    return await fetch(address, request);
  } catch (cause) {
    if (callerSignal?.aborted) throw cause;
    throw new ApiError({
      message: "The box does not answer. Check this computer's network, then try again.",
    });
  }
}

async function readJSON(response) {
  try {
    return await response.json();
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new ApiError({
      status: response.status, code: "unreadable",
      message: "The answer of the box arrived incomplete. Try again.",
    });
  }
}

async function errorOf(response) {
  const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  let body = {};
  try {
    body = (await response.json()).error ?? {};
  } catch {
    body = {};
  }
  return new ApiError({
    status: response.status,
    code: body.code ?? "failed",
    message: body.message ?? `The box could not do this (${response.status}). Try again.`,
    details: body.details ?? [],
    requestId: body.requestId ?? response.headers.get("X-Request-ID"),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  });
}

function anySignal(...signals) {
  const present = signals.filter(Boolean);
  if (AbortSignal.any) return AbortSignal.any(present);
  return present[0];
}
