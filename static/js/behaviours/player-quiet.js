// Hides the player's controls, by `data-quiet`, while the picture runs and nobody moves.

import { listen, together } from "../helpers/listeners.js";

const QUIET_AFTER_MS = 2_500;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function wake() {
    element.dataset.quiet = "false";
    clearTimeout(timer);
    timer = setTimeout(() => (element.dataset.quiet = String(!video.paused)), QUIET_AFTER_MS);
  }

  wake();
  return together(
    listen(element, { pointermove: wake, pointerdown: wake, keydown: wake, focusin: wake }),
    listen(video, { pause: wake }),
    () => clearTimeout(timer),
  );
}
