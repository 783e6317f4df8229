// Tests/BrowserTests/unit/emergencies.test.js - how the time of an emergency is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { categories, findings, parts, timeLeft, wordsOf } from "../../../web/elements/emergency-words.js";

test("the time that is left counts down to zero and no further", () => {
  const minute = 60_000;
  assert.equal(timeLeft(240 * minute, 0), "4:00:00");
  assert.equal(timeLeft(60 * minute, 1), "1:00:00");
  assert.equal(timeLeft(60 * minute, 1_000), "59:59");
  assert.equal(timeLeft(9_000, 0), "0:09");
  assert.equal(timeLeft(0, 5_000), "0:00");
});

test("every word that the box knows has words for people", () => {
  assert.deepEqual(categories.map(([value]) => value),
    ["emergency-treatment", "danger-to-self-or-others", "public-health-emergency"]);
  assert.deepEqual(parts.map(([value]) => value), ["general", "behavioral", "part2", "traditional"]);
  assert.deepEqual(findings.map(([value]) => value), ["appropriate", "not-appropriate", "follow-up"]);
  assert.equal(wordsOf(parts, "of a later release"), "of a later release");
});
