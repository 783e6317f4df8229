import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { nameProblem, reasonProblem } from "../../../web/pages/admin/purge-words.js";

suite("destroying a record", () => {
  test("a record is named by its type and id", () => {
    for (const name of ["Observation/5", " Patient/a-b.c ", "Condition/0191f0c2"]) {
      assert.equal(nameProblem(name), null, name);
    }
    for (const name of ["", "5", "Observation", "observation/5", "Observation/", "Observation/a b",
      "Observation/5/_history/1", `Observation/${"x".repeat(65)}`]) {
      assert.ok(nameProblem(name), name);
    }
  });
  test("a reason has ten letters of any alphabet", () => {
    assert.equal(reasonProblem("Wrong clinic"), null);
    assert.equal(reasonProblem("ᎠᏓᎣᏏᎠᏓᎣᏏᎠᏓ"), null);
    assert.ok(reasonProblem("1234567890 !!!"));
    assert.ok(reasonProblem("too short"));
  });
});
