import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  ageOn, count, formatAgent, formatCode, formatDate, formatDateTime, formatUnit, formatWait,
} from "../../../web/lib/format.js";

suite("dates", () => {
  test("a date is written with the month as a word", () => {
    assert.equal(formatDate("1980-02-25"), "25-Feb-1980");
  });
  test("a date known to the month or year is written as far as it is known", () => {
    assert.equal(formatDate("1980-02"), "Feb-1980");
    assert.equal(formatDate("1980"), "1980");
    assert.equal(formatDate(null), "");
  });
  test("text that is no date stays as it is", () => {
    assert.equal(formatDate("about 1980"), "about 1980");
    assert.equal(formatDate("1980-13-01"), "1980-13-01");
  });
  test("a time with an offset is shown as the clock on the wall said", () => {
    assert.equal(formatDateTime("2010-05-02T23:07:12-06:00"), "02-May-2010 23:07");
    assert.equal(formatDateTime("2010-05-02T00:07:12.345+05:30"), "02-May-2010 00:07");
    assert.equal(formatDateTime("2010-05-02"), "02-May-2010");
  });
});

suite("ages", () => {
  test("an age counts completed years", () => {
    assert.equal(ageOn("1980-02-25", "2026-02-24"), "45 y");
    assert.equal(ageOn("1980-02-25", "2026-02-25"), "46 y");
  });
  test("a small child's age is in months, a baby's in days", () => {
    assert.equal(ageOn("2025-01-31", "2026-11-30"), "21 mo");
    assert.equal(ageOn("2026-11-01", "2026-11-21"), "20 d");
  });
  test("a birth date that is not full or lies ahead gives no age", () => {
    assert.equal(ageOn("1980-02", "2026-02-24"), null);
    assert.equal(ageOn("2027-01-01", "2026-02-24"), null);
  });
});

suite("words", () => {
  test("a code reads as words", () => {
    assert.equal(formatCode("entered-in-error"), "Entered in error");
    assert.equal(formatCode(""), "");
  });
  test("units are written as people write them", () => {
    assert.equal(formatUnit("kg/m2"), "kg/m²");
    assert.equal(formatUnit("10*3/uL"), "10³/µL");
    assert.equal(formatUnit("{score}"), "");
    assert.equal(formatUnit("mL/min/{1.73_m2}"), "mL/min/1.73 m²");
    assert.equal(formatUnit("Cel"), "°C");
    assert.equal(formatUnit("mm[Hg]"), "mmHg");
  });
  test("a wait is at least one minute", () => {
    assert.equal(formatWait(3), "1 minute");
    assert.equal(formatWait(840), "14 minutes");
    assert.equal(formatWait(3601), "2 hours");
  });
  test("one is singular", () => {
    assert.equal(count(1, "entry", "entries"), "1 entry");
    assert.equal(count(1200, "patient"), "1,200 patients");
  });
  test("a browser is named by its name and system", () => {
    assert.equal(formatAgent("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0 Safari/537.36"),
      "Chrome on Linux");
    assert.equal(formatAgent(""), "Unknown program");
  });
});
