// Offers the device's own way of sharing, where there is one.

import { listen } from "../helpers/listeners.js";

/** @param {HTMLElement} button */
export function connect(button) {
  if (!navigator.share) return;
  button.hidden = false;
  return listen(button, {
    async click() {
      const { title, text, address: url } = button.dataset;
      await navigator.share({ title, text, url }).catch(ignoreChangeOfMind);
    },
  });
}

/** @param {Error} error */
function ignoreChangeOfMind(error) {
  if (error.name !== "AbortError") throw error;
}
