// Leads from a list into the recording: each of its lines tells the player by `plenary:seek` to go to its second.

import { listen } from "../helpers/listeners.js";

/** @param {HTMLElement} element */
export function connect(element) {
  return listen(element, {
    /** @param {MouseEvent} event */
    click(event) {
      const line = event.target instanceof Element && event.target.closest("[data-start]");
      if (!(line instanceof HTMLElement)) return;
      document.dispatchEvent(new CustomEvent("plenary:seek", { detail: { seconds: Number(line.dataset.start) } }));
    },
  });
}
