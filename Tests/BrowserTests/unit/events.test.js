import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { listenerWords, stateWords } from "../../../web/pages/admin/subscription-words.js";
import { follower, waitMs } from "../../../web/lib/follower.js";

/** A box whose streams a test opens, feeds and breaks. */
function bench() {
  const made = { streams: [], states: [], told: [], timers: [] };
  const parts = {
    source(address) {
      const stream = {
        address, isClosed: false, handlers: {},
        addEventListener: (kind, run) => { stream.handlers[kind] = run; },
        close: () => { stream.isClosed = true; },
        say: (kind, data, lastEventId) =>
          stream.handlers[kind]({ data: JSON.stringify(data), lastEventId }),
      };
      made.streams.push(stream);
      return stream;
    },
    tell: (change) => made.told.push(change),
    setState: (state) => made.states.push(state),
    later: (run, ms) => made.timers.push({ run, ms, isOff: false }) - 1,
    cancel: (number) => { if (made.timers[number]) made.timers[number].isOff = true; },
  };
  const due = () => made.timers.filter((timer) => !timer.isOff);
  return { ...made, follow: follower(parts), due };
}

suite("following changes", () => {
  test("a page tells what it hears and goes on from its place after a break", () => {
    const { follow, streams, told, states, due } = bench();
    follow.start();
    assert.equal(streams[0].address, "/api/v1/events");
    streams[0].say("hello", {}, "7");
    streams[0].say("change", { type: "Patient", id: "a" }, "9");
    streams[0].handlers.error();
    assert.deepEqual(told, [{ type: "Patient", id: "a" }]);
    assert.equal(states.at(-1), "stale");
    assert.ok(streams[0].isClosed);
    due().at(-1).run();
    assert.equal(streams[1].address, "/api/v1/events?after=9");
    streams[1].say("reset", {}, "40");
    assert.deepEqual(told.at(-1), { isReset: true });
    assert.equal(states.at(-1), "live");
  });
  test("silence counts as a break", () => {
    const { follow, streams, states, due } = bench();
    follow.start();
    streams[0].say("beat", {}, "");
    due().at(-1).run();
    assert.equal(states.at(-1), "stale");
    assert.ok(streams[0].isClosed);
  });
  test("stopping closes everything and forgets the place", () => {
    const { follow, streams, states, due } = bench();
    follow.start();
    streams[0].say("hello", {}, "7");
    follow.stop();
    assert.equal(due().length, 0);
    assert.equal(states.at(-1), "off");
    follow.start();
    assert.equal(streams[1].address, "/api/v1/events");
  });
  test("tries come ever more rarely, half a minute apart at most", () => {
    assert.deepEqual([0, 1, 2, 9].map((tries) => waitMs(tries, 1)), [1_000, 2_000, 4_000, 30_000]);
    assert.ok(waitMs(9, 0) >= 22_500);
  });
});

suite("subscriptions", () => {
  test("who listens over a web socket is told, and that nobody does", () => {
    assert.match(listenerWords({ isListening: true }), /listens now/u);
    assert.match(listenerWords({ isListening: false }), /when one comes back/u);
  });
  test("a state is told in words, with what to do", () => {
    assert.equal(stateWords({ state: "active", failures: 0, words: "" }).label, "Works");
    const again = stateWords({ state: "active", failures: 2, words: "The host answered 503." });
    assert.equal(again.label, "Tries again");
    assert.match(again.text, /The last 2 tries failed\. The host answered 503\. Nothing is lost\./);
    assert.match(stateWords({ state: "error", failures: 3, words: "No." }).text, /Start it again/);
  });
});
