// web/lib/follower.js - keeps a stream of events open: comes back after a break, ever more rarely.

const waitMsMin = 1_000;
const waitMsMax = 30_000;
// The box says every 15 seconds that it is there.
const silenceMsMax = 40_000;

/** Returns how long to wait before the next try: twice as long each time, half a minute at most. */
export const waitMs = (tries, random = Math.random()) =>
  Math.round(Math.min(waitMsMax, waitMsMin * 2 ** tries) * (0.75 + random / 4));

/**
 * Follows changes by `source(address)`, which makes something like an EventSource. Calls `tell` with
 * each change, or with `{ isReset: true }` where some may have been missed. Returns `start`, `stop`.
 */
export function follower({ source, tell, setState, later = setTimeout, cancel = clearTimeout }) {
  let stream = null;
  let timer = null;
  let watch = null;
  let tries = 0;
  let place = null;

  const heard = (event) => {
    tries = 0;
    if (event.lastEventId) place = event.lastEventId;
    setState("live");
    cancel(watch);
    watch = later(again, silenceMsMax);
  };
  const close = () => {
    stream?.close();
    stream = null;
    cancel(watch);
    cancel(timer);
  };
  function again() {
    close();
    setState("stale");
    timer = later(open, waitMs(tries));
    tries += 1;
  }
  function open() {
    stream = source(place === null ? "/api/v1/events" : `/api/v1/events?after=${place}`);
    stream.addEventListener("hello", heard);
    stream.addEventListener("beat", heard);
    stream.addEventListener("change", (event) => {
      heard(event);
      tell(JSON.parse(event.data));
    });
    stream.addEventListener("reset", (event) => {
      heard(event);
      tell({ isReset: true });
    });
    stream.addEventListener("error", again);
  }
  return {
    start() {
      if (stream || timer) return;
      open();
    },
    stop() {
      close();
      [timer, place, tries] = [null, null, 0];
      setState("off");
    },
  };
}
