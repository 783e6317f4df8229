// Tests/BrowserTests/measures.test.js - what is typed as a vital sign.
import assert from "node:assert/strict";
import { test } from "node:test";
import { interpret, judge, localTime, readMeasure } from "../../../web/pages/chart/measures.js";

test("numbers are read with and without a unit", () => {
  assert.deepEqual(readMeasure(" 72 "), { value: "72", unit: null });
  assert.deepEqual(readMeasure("98.6F"), { value: "98.6", unit: "[degF]" });
  assert.deepEqual(readMeasure("37,2 c"), { value: "37.2", unit: "Cel" });
  assert.deepEqual(readMeasure("158 lbs"), { value: "158", unit: "[lb_av]" });
  assert.equal(readMeasure("  "), null);
});

test("feet with inches and pounds with ounces become one number", () => {
  assert.deepEqual(readMeasure("5'8\""), { value: "68", unit: "[in_i]" });
  assert.deepEqual(readMeasure("5 ft"), { value: "60", unit: "[in_i]" });
  assert.deepEqual(readMeasure("7 lb 4 oz"), { value: "7.25", unit: "[lb_av]" });
});

test("what is no number is refused, whatever it is", () => {
  for (const text of ["high", "12.3456", "99999", "1e3", "--", "120/80", "7 stone", "<b>"]) {
    assert.ok(readMeasure(text).problem, text);
  }
});

test("a number is impossible, unlikely, an alert or nothing to speak of", () => {
  const unit = { possibleLow: 10, possibleHigh: 350, likelyLow: 30, likelyHigh: 230,
    criticalLow: 40, low: 50, high: 120, criticalHigh: 150 };
  const found = ["5", "25", "39", "49", "50", "120", "121", "151", "231", "400"]
    .map((value) => judge(value, unit));
  assert.deepEqual(found, ["impossible", "unlikely", "LL", "L", null, null, "H", "HH", "unlikely",
    "impossible"]);
  assert.equal(interpret("300", { possibleHigh: 1 }), null);
});

test("a time carries the offset of its zone", () => {
  assert.match(localTime(new Date(2026, 10, 21, 9, 5)), /^2026-11-21T09:05:00[+-]\d\d:\d\d$/);
});
