// web/elements/change-note.js - says that somebody else changed what is shown, and offers to show it.
import { onChange } from "../lib/events.js";
import { element } from "../lib/html.js";

/**
 * Returns a node that stays empty until a change that `fits`, and the function that ends the watch.
 * `show` is called when the person asks for the changes; it is never done by itself, because rows
 * that move under the eyes are misread.
 */
export function changeNote({ text, fits, show }) {
  const node = element`<div class="change-note no-print" role="status"></div>`;
  const stop = onChange((change) => {
    if (node.firstChild || change.isOwn || !(change.isReset || fits(change))) return;
    const ask = () => {
      node.replaceChildren();
      show();
    };
    node.replaceChildren(element`<p class="message"><span>${text}</span>
      <button type="button" class="button small" @click=${ask}>Show the changes</button></p>`);
  });
  return { node, stop };
}
