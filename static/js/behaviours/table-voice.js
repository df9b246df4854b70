// Reads the newest message of a table's talk to screen readers; the talk itself is drawn anew each time.

import { watch } from "../live.js";

/** @param {HTMLElement} element with `data-room` and role status */
export function connect(element) {
  /** @type {string | undefined} */
  let heard;
  return watch(element.dataset.room ?? "", "messages", ({ messages }) => {
    const newest = messages.at(-1);
    if (heard !== undefined && newest && newest.id !== heard) element.textContent = `${newest.name}: ${newest.text}`;
    heard = newest?.id ?? "";
  });
}
