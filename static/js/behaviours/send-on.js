// Copies a link to the moment that one is watching, for a colleague.

import { listen } from "../helpers/listeners.js";

const SAY_MS = 3_000;

/** @param {HTMLElement} button */
export function connect(button) {
  const label = /** @type {HTMLElement} */ (button.querySelector("[data-label]"));
  if (!navigator.clipboard) return;
  const words = label.textContent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  button.hidden = false;
  const unlisten = listen(button, {
    async click() {
      const video = document.querySelector("video");
      const address = `${button.dataset.address}?t=${Math.floor(video?.currentTime ?? 0)}&via=colleague`;
      await navigator.clipboard.writeText(address);
      label.textContent = button.dataset.done ?? words;
      clearTimeout(timer);
      timer = setTimeout(() => (label.textContent = words), SAY_MS);
    },
  });
  return () => {
    clearTimeout(timer);
    unlisten();
  };
}
