import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isPassing, patienceMsMax, patiently } from "../../../web/lib/patience.js";
import { stateOf } from "../../../web/pages/updates/words.js";

const failure = (status, retryAfterSeconds = null) =>
  Object.assign(new Error(`${status}`), { status, retryAfterSeconds });

suite("patience", () => {
  test("a box that is away is waited for, and told of once", async () => {
    const answers = [failure(0), failure(503, 2), failure(502), { items: 1 }];
    const told = [];
    const pauses = [];
    const result = await patiently(async () => {
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return next;
    }, { tell: (isWaiting) => told.push(isWaiting), pause: async (ms) => pauses.push(ms) });
    assert.deepEqual(result, { items: 1 });
    assert.deepEqual(told, [true, false]);
    assert.equal(pauses.length, 3);
  });
  test("a refusal is told at once, and a box that is closed for long is not waited for", async () => {
    for (const refused of [failure(422), failure(412), failure(401), failure(503, 300), failure(503)]) {
      const told = [];
      await assert.rejects(patiently(async () => { throw refused; }, { tell: (is) => told.push(is) }), refused);
      assert.deepEqual(told, []);
    }
    assert.equal(isPassing(failure(503, 2)), true);
  });
  test("it ends", async () => {
    let nowMs = 0;
    const told = [];
    const pause = async (ms) => { nowMs += ms; };
    await assert.rejects(patiently(async () => { throw failure(0); },
      { pause, nowMs: () => nowMs, tell: (is) => told.push(is) }));
    assert.ok(nowMs >= patienceMsMax && nowMs < patienceMsMax + 2_000);
    assert.deepEqual(told, [true, false]);
  });
});

suite("how an update stands", () => {
  const base = { version: "1.0.0", isAsked: false };
  test("each state has its words", () => {
    assert.equal(stateOf(base).title, "Release 1.0.0 runs");
    assert.equal(stateOf({ ...base, isAsked: true }).tone, "info");
    const trial = { ...base, package: { state: "trial", from: "1.0.0", to: "1.1.0" } };
    assert.match(stateOf(trial).text, /1\.0\.0 comes back by itself/);
    const back = { ...base, package: { state: "rolled-back", from: "1", to: "2", notice: "It ended." } };
    assert.deepEqual([stateOf(back).tone, stateOf(back).text], ["danger", "It ended."]);
    const refused = { ...base, result: { done: false, text: "Wrong file." } };
    assert.equal(stateOf(refused).text, "Wrong file.");
    assert.equal(stateOf({ ...base, record: { phase: "failed" } }).tone, "danger");
    const ordered = { ...base, package: { state: "ordered", from: "1", to: "2", notice: "Back." } };
    assert.equal(stateOf(ordered).tone, "warn");
  });
});
