// Reads the newest line of a table's talk out to screen readers; the talk itself is drawn anew each time.

import { watch } from "../live.js";

/** @typedef {{ messages: { id: string, name: string, text: string }[] }} Messages */

/** @param {HTMLElement} element with `data-room` and role status */
export function connect(element) {
  /** @type {string | undefined} */
  let heard;
  return watch(element.dataset.room ?? "", "messages", (state) => {
    const newest = /** @type {Messages} */ (/** @type {unknown} */ (state)).messages.at(-1);
    if (heard !== undefined && newest && newest.id !== heard) element.textContent = `${newest.name}: ${newest.text}`;
    heard = newest?.id ?? "";
  });
}
