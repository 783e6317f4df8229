import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { asTree, byPerson } from "../../../web/pages/admin/grouping.js";
import { hoursWords } from "../../../web/pages/admin/place-words.js";
import { sourceWords, titleOf, withUnit } from "../../../web/pages/admin/setting-words.js";
import { cellWords, fitsFilter, isStale, roleNames, userStates } from "../../../web/pages/admin/words.js";

const user = (more = {}) => ({
  displayName: "Ana Begay", username: "ana.begay", roles: ["NURSE"], createdAt: "2026-01-01T00:00:00Z",
  lastUsedAt: "2026-03-01T00:00:00Z", ...more,
});
const march2 = Date.parse("2026-03-02T00:00:00Z");

suite("users", () => {
  test("a search finds parts of both names, in any order", () => {
    assert.ok(fitsFilter(user(), { text: "beg AN" }));
    assert.ok(!fitsFilter(user(), { text: "ana yazzie" }));
    assert.ok(fitsFilter(user(), {}));
  });
  test("roles and states narrow the list", () => {
    assert.ok(!fitsFilter(user(), { role: "ADMIN" }));
    assert.ok(fitsFilter(user({ isDisabled: true }), { state: "closed" }));
    assert.ok(!fitsFilter(user({ isDisabled: true }), { state: "active" }));
    assert.ok(fitsFilter(user({ lockedUntil: "x" }), { state: "locked" }));
    assert.ok(fitsFilter(user({ lastUsedAt: "2025-11-01T00:00:00Z" }), { state: "unused" }, march2));
    assert.ok(!fitsFilter(user(), { state: "unused" }, march2));
  });
  test("who never signed in is stale ninety days after the account was made", () => {
    assert.ok(!isStale(user({ lastUsedAt: undefined }), march2));
    assert.ok(isStale(user({ lastUsedAt: undefined, createdAt: "2025-11-01T00:00:00Z" }), march2));
  });
  test("a closed account says nothing else", () => {
    assert.deepEqual(userStates(user({ isDisabled: true, lockedUntil: "x" })).map(({ word }) => word), ["Closed"]);
    assert.deepEqual(userStates(user({ lockedUntil: "x", mustChangePassword: true })).map(({ word }) => word),
      ["Locked", "Must choose a password"]);
    assert.deepEqual(userStates(user()).map(({ word }) => word), ["Active"]);
  });
  test("roles stand in the order of the matrix", () => {
    assert.equal(roleNames(["BILLING", "PHYSICIAN"]), "Physician, Billing");
  });
});

suite("the matrix", () => {
  test("a cell is told in words", () => {
    assert.equal(cellWords({ verbs: ["read", "vread", "search", "update"], isOwnOnly: false }), "see, change");
    assert.equal(cellWords({ verbs: ["read"], isOwnOnly: true }), "see (own chart only)");
    assert.equal(cellWords(undefined), "");
  });
});

suite("sessions", () => {
  test("stand with their person, in the order of use", () => {
    const people = byPerson([{ userId: "1", username: "a", id: "x" }, { userId: "2", username: "b", id: "y" },
      { userId: "1", username: "a", id: "z" }]);
    assert.deepEqual(people.map(({ name, sessions }) => [name, sessions.length]), [["a", 2], ["b", 1]]);
  });
});

suite("places", () => {
  test("a tree is flat with depths, and a lost parent is no loss", () => {
    const rows = asTree([{ id: "room", partOf: "house" }, { id: "house" }, { id: "lost", partOf: "gone" }]);
    assert.deepEqual(rows.map(({ id, depth }) => [id, depth]), [["house", 0], ["room", 1], ["lost", 0]]);
  });
  test("a circle is shown once", () => {
    const rows = asTree([{ id: "a", partOf: "b" }, { id: "b", partOf: "a" }]);
    assert.deepEqual(rows.map(({ id }) => id).sort(), ["a", "b"]);
  });
  test("days with equal hours are put together", () => {
    const hours = ["mon", "tue", "wed", "fri"].map((day) => ({ day, opens: "08:00", closes: "17:00" }));
    assert.deepEqual(hoursWords(hours), ["Mon–Wed 08:00–17:00", "Fri 08:00–17:00"]);
    assert.deepEqual(hoursWords([]), []);
  });
});

suite("settings", () => {
  test("are told with their unit and source", () => {
    assert.equal(withUnit({ key: "X", unit: "hours" }, "1"), "1 hour");
    assert.equal(withUnit({ key: "PASSWORD_DAYS_MAX", unit: "days" }, "0"), "0 days (never)");
    assert.equal(sourceWords({ source: "given", place: "tribal-ehr.conf:3" }), "Set by tribal-ehr.conf:3");
    assert.equal(sourceWords({ source: "page", versions: [{ by: "ana" }] }), "Set here by ana");
  });
  test("one without words has its key made readable", () => {
    assert.equal(titleOf({ key: "MDNS_NAME" }), "Mdns name");
  });
});
