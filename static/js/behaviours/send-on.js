// Copies a link to the moment on the screen, for a colleague.

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
      const player = /** @type {HTMLElement | null} */ (document.querySelector("[data-player]"));
      const second = Number(player?.dataset.begins ?? 0) + (player?.querySelector("video")?.currentTime ?? 0);
      const address = `${button.dataset.address}?t=${Math.floor(second)}&via=colleague`;
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
