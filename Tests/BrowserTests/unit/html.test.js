import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { endsInsideTag, isSafeAttribute, markupOf } from "../../../web/lib/html.js";

const strings = (parts, ..._values) => parts;

suite("templates", () => {
  test("a value in text becomes a mark, never markup", () => {
    const hostile = "<img src=x onerror=alert(1)>";
    assert.equal(markupOf(strings`<p>${hostile}</p>`), "<p><!--slot-0--></p>");
  });
  test("a value in a tag becomes a mark that no quote can leave", () => {
    assert.equal(markupOf(strings`<a href="${"x"}" class="a ${"b"}">${"c"}</a>`),
      '<a href="slot-0;" class="a slot-1;"><!--slot-2--></a>');
  });
  test("strings made at run time are refused", () => {
    assert.throws(() => markupOf(["<p>", "</p>"]), TypeError);
  });
  test("the end of a tag is seen across values", () => {
    assert.equal(endsInsideTag("<a href="), true);
    assert.equal(endsInsideTag(" class=x>", true), false);
  });
});

suite("attributes", () => {
  test("scripts and styles are refused", () => {
    for (const name of ["onclick", "onerror", "style", "srcdoc"]) {
      assert.equal(isSafeAttribute(name, "x"), false, name);
    }
  });
  test("an address leads to this box, a telephone or mail", () => {
    assert.equal(isSafeAttribute("href", "/patients/1"), true);
    assert.equal(isSafeAttribute("href", "#main"), true);
    assert.equal(isSafeAttribute("href", "javascript:alert(1)"), false);
    assert.equal(isSafeAttribute("href", " javascript:alert(1)"), false);
    assert.equal(isSafeAttribute("src", "data:text/html,x"), false);
  });
  test("other attributes take any text", () => {
    assert.equal(isSafeAttribute("aria-label", "javascript:alert(1)"), true);
  });
});
