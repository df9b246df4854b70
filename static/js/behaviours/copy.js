// Copies a text, and says that it did.

import { listen } from "../helpers/listeners.js";

const SAY_MS = 2_000;

/** @param {HTMLElement} button */
export function connect(button) {
  const label = button.querySelector("[data-label]");
  if (!navigator.clipboard || !label) return;
  const words = label.textContent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  button.hidden = false;
  const unlisten = listen(button, {
    async click() {
      await navigator.clipboard.writeText(button.dataset.text ?? "");
      label.textContent = button.dataset.done ?? words;
      clearTimeout(timer);
      timer = setTimeout(() => {
        label.textContent = words;
      }, SAY_MS);
    },
  });
  return () => {
    clearTimeout(timer);
    unlisten();
  };
}
