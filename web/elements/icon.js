// web/elements/icon.js - the few small drawings that stand beside words.
import { svg } from "../lib/html.js";

const paths = {
  up: "M8 3.2 13.6 12H2.4Z",
  down: "M8 12.8 2.4 4h11.2Z",
  diamond: "M8 2.2 13.8 8 8 13.8 2.2 8Z",
  alert: "M8 1.6 15.2 14.4H.8ZM7.2 6v4.2h1.6V6Zm0 5.4V13h1.6v-1.6Z",
  check: "M6.4 12.9 1.8 8.3l1.6-1.6 3 3L12.7 3.4l1.6 1.6Z",
  cross: "M3.4 2 8 6.6 12.6 2 14 3.4 9.4 8l4.6 4.6-1.4 1.4L8 9.4 3.4 14 2 12.6 6.6 8 2 3.4Z",
  question: "M8 .9a7.1 7.1 0 1 0 0 14.2A7.1 7.1 0 0 0 8 .9Zm-.9 10.7h1.8v1.7H7.1Z"
    + "m.1-1.1c0-2.6 2.2-2.5 2.2-4 0-.8-.6-1.3-1.4-1.3s-1.5.5-1.6 1.5H4.7"
    + "c.1-1.9 1.5-3 3.4-3s3.2 1.1 3.2 2.7c0 2.2-2.3 2.3-2.3 4.1Z",
};

/** Returns a drawing that readers skip, because the word beside it says the same. */
export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: paths[name], fill: "currentColor", "fill-rule": "evenodd" }));
}
