import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.window = { PublicKeyCredential: class {} };
const { createPasskey, usePasskey, whyNoPasskeys } = await import("../../../web/lib/passkeys.js");

const buffer = (...bytes) => Uint8Array.from(bytes).buffer;

test("a passkey needs a name, never an address of numbers", () => {
  for (const hostname of ["red-mesa.local", "localhost", "box.clinic.example"]) {
    assert.equal(whyNoPasskeys({ hostname }), null);
  }
  for (const hostname of ["192.168.1.4", "127.0.0.1", "[fd00::1]", "fd00::1"]) {
    assert.match(whyNoPasskeys({ hostname }), /own name/);
  }
});

test("what the browser asks and what the box gets are the same bytes", async () => {
  let asked;
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { credentials: {
    create: async (options) => {
      asked = options.publicKey;
      return { response: { clientDataJSON: buffer(1, 2, 3), attestationObject: buffer(251, 255) } };
    },
    get: async (options) => {
      asked = options.publicKey;
      return { rawId: buffer(251, 239, 255), response: {
        clientDataJSON: buffer(1), authenticatorData: buffer(2), signature: buffer(3),
        userHandle: null } };
    },
  } } });
  const made = await createPasskey({ challenge: "--__", rp: { id: "a.local" }, timeoutMs: 1,
    user: { id: "AQID", name: "jane" }, algorithms: [-7, -257], exclude: ["--__"] });
  assert.deepEqual([...asked.challenge], [251, 239, 255]);
  assert.deepEqual([...asked.user.id], [1, 2, 3]);
  assert.deepEqual(asked.pubKeyCredParams.map(({ alg }) => alg), [-7, -257]);
  assert.equal(asked.attestation, "none");
  assert.deepEqual(made, { clientDataJSON: "AQID", attestationObject: "-_8" });

  const used = await usePasskey({ challenge: "AQID", rpId: "a.local", allow: ["--__"],
    userVerification: "required", timeoutMs: 1 });
  assert.deepEqual([...asked.allowCredentials[0].id], [251, 239, 255]);
  assert.equal(used.passkey.id, "--__");
  assert.equal(used.passkey.userHandle, "");
});

test("a refusal of the browser becomes a sentence for people", async () => {
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { credentials: {
    get: async () => { throw Object.assign(new Error("x"), { name: "NotAllowedError" }); },
  } } });
  await assert.rejects(usePasskey({ challenge: "AQID", allow: [] }), /No passkey answered/);
});
