import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { foundWords, movedTo } from "../../../web/elements/code-search-words.js";
import { holdingWords, originWords } from "../../../web/pages/code-systems/system-words.js";

suite("finding a code", () => {
  test("arrows go round the list, pages stop at its ends", () => {
    assert.equal(movedTo("ArrowDown", -1, 3), 0);
    assert.equal(movedTo("ArrowDown", 2, 3), 0);
    assert.equal(movedTo("ArrowUp", 0, 3), 2);
    assert.equal(movedTo("ArrowUp", -1, 3), 2);
    assert.equal(movedTo("PageDown", 0, 20), 8);
    assert.equal(movedTo("PageDown", 18, 20), 19);
    assert.equal(movedTo("PageUp", 3, 20), 0);
  });
  test("keys that write move nothing, and nothing moves in an empty list", () => {
    for (const key of ["a", "Home", "End", "ArrowLeft", "Enter"]) assert.equal(movedTo(key, 0, 3), null);
    assert.equal(movedTo("ArrowDown", -1, 0), null);
  });
  test("what was found is told in a sentence", () => {
    assert.match(foundWords(0, 0), /^Nothing fits/);
    assert.equal(foundWords(1, 1), "1 code fits.");
    assert.equal(foundWords(5, 5), "5 codes fit.");
    assert.match(foundWords(20, 412), /^412 codes fit\. These are the first 20/);
  });
});

suite("code systems", () => {
  test("a part is told from the whole", () => {
    assert.match(holdingWords({ complete: false, key: "loinc" }), /^A part/);
    assert.equal(holdingWords({ complete: true, key: "cvx" }), "All of them");
    assert.match(holdingWords({ complete: true, key: "ucum" }), /^Every unit/);
  });
  test("where codes come from is told", () => {
    assert.equal(originWords({ origin: "loaded" }), "Loaded by the clinic");
    assert.equal(originWords({ origin: "clinic" }), "Written by the clinic");
    assert.match(originWords({ origin: "built-in", source: "CDC" }), /CDC/);
  });
});
