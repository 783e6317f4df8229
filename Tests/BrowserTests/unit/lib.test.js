import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { actorOf, outcomeOf, sentenceOf } from "../../../web/pages/audit-log/words.js";
import { idlePhase } from "../../../web/lib/idle.js";
import { KeyMap } from "../../../web/lib/keys.js";
import { parseBlocks, parseInline } from "../../../web/lib/markdown.js";
import { matchParts } from "../../../web/lib/match.js";
import { pathPattern, safeReturnPath } from "../../../web/lib/router.js";
import { timeTicks, valueRange, valueTicks } from "../../../web/lib/scale.js";
import { readSettings, writeSettings } from "../../../web/lib/state.js";

const marked = (text, query) =>
  matchParts(text, query).map(({ text: part, isMatch }) => (isMatch ? `[${part}]` : part)).join("");

suite("matches", () => {
  test("beginnings of words are marked", () => {
    assert.equal(marked("Begay, Ana Louise", "lou beg"), "[Beg]ay, Ana [Lou]ise");
  });
  test("marks and letter case do not matter", () => {
    assert.equal(marked("Ánasázi Néz", "ana nez"), "[Ána]sázi [Néz]");
    assert.equal(marked("A\u0301nasa", "an"), "[A\u0301n]asa");
  });
  test("hostile text stays text", () => {
    assert.equal(marked("<img src=x>", "<img"), "[<img] src=x>");
  });
  test("an empty search marks nothing", () => {
    assert.equal(marked("Begay", ""), "Begay");
  });
});

suite("addresses", () => {
  test("parts are read and the last may be missing", () => {
    const match = pathPattern("/patients/:id/:tab?");
    assert.deepEqual(match("/patients/a%20b/labs"), { id: "a b", tab: "labs" });
    assert.deepEqual(match("/patients/a"), { id: "a", tab: null });
    assert.equal(match("/patients"), null);
    assert.equal(match("/patients/a/b/c"), null);
    assert.equal(match("/patients/%E0%A4%A"), null);
  });
  test("the way back stays on this box", () => {
    assert.equal(safeReturnPath("/patients/1"), "/patients/1");
    for (const bad of ["//evil.example", "https://evil.example", "/\\evil.example", null,
      "/sign-in?to=/sign-in"]) {
      assert.equal(safeReturnPath(bad), "/");
    }
  });
});

suite("axes", () => {
  test("value ticks are round", () => {
    assert.deepEqual(valueTicks(62, 98, 4), [70, 80, 90]);
    assert.deepEqual(valueTicks(0.1, 0.35, 4), [0.1, 0.2, 0.3]);
  });
  test("a range takes near limits in and leaves far ones out", () => {
    const [low, high] = valueRange([5, 6], [3.5, 500]);
    assert.ok(low <= 3.5 && low >= 0);
    assert.ok(high < 10);
  });
  test("years are ticked by years, weeks by days", () => {
    const years = timeTicks(Date.UTC(2001, 4, 1), Date.UTC(2026, 1, 1), 5);
    assert.deepEqual(years.map(({ label }) => label), ["2005", "2010", "2015", "2020", "2025"]);
    const days = timeTicks(Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 11), 5);
    assert.ok(days.length >= 4 && days.length <= 6);
  });
});

suite("idle sessions", () => {
  const base = { heardAtMs: 0, idleSeconds: 900, absoluteExpiresAt: null };
  test("a warning comes sixty seconds before the end", () => {
    assert.equal(idlePhase({ ...base, nowMs: 839_000 }).phase, "active");
    assert.deepEqual(idlePhase({ ...base, nowMs: 841_000 }),
      { phase: "warning", secondsLeft: 59, isFinal: false });
    assert.equal(idlePhase({ ...base, nowMs: 900_000 }).phase, "ended");
  });
  test("the longest time of a session cannot be put off", () => {
    const end = new Date(30_000).toISOString();
    assert.deepEqual(idlePhase({ ...base, nowMs: 0, absoluteExpiresAt: end }),
      { phase: "warning", secondsLeft: 30, isFinal: true });
  });
});

suite("shortcuts", () => {
  const press = (key, more = {}) => ({ key, target: null, preventDefault() {}, ...more });
  test("a sequence runs once both keys are pressed in time", () => {
    const ran = [];
    const map = new KeyMap(() => true);
    map.add("g p", "", () => ran.push("patients"));
    map.press(press("g"), 0);
    map.press(press("p"), 500);
    map.press(press("g"), 5_000);
    map.press(press("p"), 9_000);
    assert.deepEqual(ran, ["patients"]);
  });
  test("single keys stay silent in text and when turned off; chords work", () => {
    const ran = [];
    let isOn = true;
    const map = new KeyMap(() => isOn);
    map.add("/", "", () => ran.push("/"));
    map.add("Control+k", "", () => ran.push("chord"));
    map.press(press("/", { target: { localName: "input", type: "text" } }));
    isOn = false;
    map.press(press("/"));
    map.press(press("k", { ctrlKey: true }));
    assert.deepEqual(ran, ["chord"]);
  });
});

suite("handbook text", () => {
  test("blocks are told apart", () => {
    const kinds = parseBlocks("# A\n\ntext\nmore\n\n- one\n  on\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
      .map(({ kind }) => kind);
    assert.deepEqual(kinds, ["heading", "paragraph", "list", "table"]);
  });
  test("markup inside a line stays text", () => {
    assert.deepEqual(parseInline("a `b` <i>[c](d.md)"), [
      { kind: "text", text: "a " }, { kind: "code", text: "b" }, { kind: "text", text: " <i>" },
      { kind: "link", text: "c", address: "d.md" }]);
  });
});

suite("audit sentences", () => {
  test("opening a chart names the patient", () => {
    assert.deepEqual(sentenceOf({ action: "read", area: "demographics", type: "Chart", patientId: "1",
      patientName: "Ana Begay" }), { before: "opened the chart of ", patient: "Ana Begay", after: "" });
  });
  test("a refusal says so", () => {
    assert.deepEqual(outcomeOf({ outcome: "refused", code: "forbidden" }),
      { word: "Refused: not for this role", tone: "warn" });
  });
  test("somebody unknown is called that", () => {
    assert.equal(actorOf({ kind: "anonymous" }), "Somebody not signed in");
  });
});

suite("settings", () => {
  test("a browser that refuses storage gets the usual settings", () => {
    const refusing = { getItem() { throw new Error("no"); }, setItem() { throw new Error("no"); } };
    assert.equal(readSettings(refusing).hasSingleKeys, true);
    assert.equal(writeSettings({ density: "compact" }, refusing).density, "compact");
  });
});
