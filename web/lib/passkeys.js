// web/lib/passkeys.js - asks the browser for passkeys, in the words of the box.
// Spec: W3C Web Authentication Level 2, https://www.w3.org/TR/webauthn-2/

const toBytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Says whether this browser knows passkeys at all. */
export const knowsPasskeys = () => typeof window.PublicKeyCredential === "function";

/** Says why no passkey can be bound to the address of this page, or null where one can. */
export function whyNoPasskeys({ hostname } = location) {
  if (!knowsPasskeys()) return "This browser does not know passkeys.";
  if (/^[\d.]+$/.test(hostname) || hostname.includes(":") || hostname.startsWith("[")) {
    return "A passkey is bound to a name, and this page was opened by an address of numbers. Open "
      + "the box by its own name to use passkeys.";
  }
  return null;
}

/** Sets a passkey up; returns what the box wants to see. */
export async function createPasskey(options) {
  const credential = await ask(() => navigator.credentials.create({ publicKey: {
    challenge: toBytes(options.challenge), rp: options.rp, timeout: options.timeoutMs,
    user: { ...options.user, id: toBytes(options.user.id) },
    pubKeyCredParams: options.algorithms.map((alg) => ({ type: "public-key", alg })),
    excludeCredentials: options.exclude.map((id) => ({ type: "public-key", id: toBytes(id) })),
    authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
    attestation: "none",
  } }));
  return {
    clientDataJSON: toText(credential.response.clientDataJSON),
    attestationObject: toText(credential.response.attestationObject),
  };
}

/** Has a passkey sign a challenge; returns what the box wants to see. */
export async function usePasskey(options) {
  const credential = await ask(() => navigator.credentials.get({ publicKey: {
    challenge: toBytes(options.challenge), rpId: options.rpId, timeout: options.timeoutMs,
    userVerification: options.userVerification,
    allowCredentials: options.allow.map((id) => ({ type: "public-key", id: toBytes(id) })),
  } }));
  const { response } = credential;
  return { passkey: {
    id: toText(credential.rawId), clientDataJSON: toText(response.clientDataJSON),
    authenticatorData: toText(response.authenticatorData), signature: toText(response.signature),
    userHandle: response.userHandle ? toText(response.userHandle) : "",
  } };
}

async function ask(run) {
  try {
    return await run();
  } catch (cause) {
    throw new Error(cause.name === "InvalidStateError"
      ? "This passkey is set up already."
      : "No passkey answered. Try again, or use another way.", { cause });
  }
}
