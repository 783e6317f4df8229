// Tests/BrowserTests/unit/front-desk.test.js - dates and words of the front desk.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readDate } from "../../../web/pages/front-desk/dates.js";
import { steps } from "../../../web/pages/front-desk/steps.js";
import { compared, masked, rowsOf } from "../../../web/pages/front-desk/words.js";

test("dates are read as people write them, as far as they are known", () => {
  for (const text of ["25-Feb-1980", "2/25/1980", "02-25-1980", "1980-02-25", "Feb 25, 1980", "25 february 1980"]) {
    assert.deepEqual(readDate(text), { value: "1980-02-25" }, text);
  }
  for (const text of ["Feb 1980", "feb-1980", "2/1980", "1980-2"]) {
    assert.deepEqual(readDate(text), { value: "1980-02" }, text);
  }
  assert.deepEqual(readDate(" 1980 "), { value: "1980" });
  assert.equal(readDate("  "), null);
});

test("what is no date is refused", () => {
  for (const text of ["30-Feb-1980", "13/13/1980", "0/1980", "yesterday", "80", "2/25/80", "1 Feb 2 1980",
    "Feb 1980'); DROP", "<b>1980</b>", "۱۹۸۰"]) {
    assert.ok(readDate(text).problem, text);
  }
  assert.deepEqual(readDate("29-Feb-2024"), { value: "2024-02-29" });
  assert.ok(readDate("29-Feb-2023").problem);
});

test("every step says in words what was written, and hides numbers", () => {
  const from = { standing: [{ key: "enrolled", words: "Enrolled" }] };
  const values = { tribes: [{ name: "Navajo", standing: "enrolled", number: "123456" }], community: "A" };
  const rows = rowsOf(steps[1], values, from);
  assert.deepEqual(rows.map(({ words }) => words), ["Navajo, Enrolled", "123456", "A"]);
  assert.equal(rows[1].isSecret, true);
  assert.equal(masked("123456"), "••••456");
  assert.equal(masked("12345"), "••••");
});

test("two versions are compared line by line", () => {
  const rows = compared(steps[0], { birthDate: "1980" }, { birthDate: "1981-01", sex: "x" }, {});
  assert.deepEqual(rows, [
    { label: "Date of birth", mine: "1980", theirs: "Jan-1981" },
    { label: "Sex on record", mine: "", theirs: "x" },
  ]);
});
