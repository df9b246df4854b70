// Which picture one has, or the sound alone: as was chosen, and the sound by itself where the line is too poor for pictures.
// Asks the player by `player:quality`; it tells by `player:heights` which sizes of the picture there are.

import { listen, together } from "../helpers/listeners.js";
import { PoorLine } from "../models/poor-line.js";

const AUTO = "auto";
const SOUND = "sound";
/** A segment lasts two seconds: when less than this is not loaded yet, the line has brought all that is made. */
const NEWEST_S = 1.5;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const choice = /** @type {HTMLSelectElement} */ (element.querySelector("[data-quality]"));
  const panel = /** @type {HTMLElement} */ (element.querySelector("[data-sound-only]"));
  const reason = /** @type {HTMLElement} */ (panel.querySelector("[data-reason]"));
  const line = new PoorLine();

  /**
   * @param {string} quality
   * @param {boolean} [isForced] the line left no choice
   */
  function choose(quality, isForced = false) {
    line.forget();
    choice.value = quality;
    panel.hidden = quality !== SOUND;
    reason.textContent = (isForced ? reason.dataset.forced : reason.dataset.chosen) ?? "";
    element.dispatchEvent(new CustomEvent("player:quality", { detail: quality }));
  }

  return together(
    listen(choice, { change: () => choose(choice.value) }),
    listen(panel, {
      /** @param {MouseEvent} event */
      click(event) {
        if (event.target instanceof Element && event.target.closest("button")) choose(AUTO);
      },
    }),
    listen(video, {
      waiting() {
        const isMine = video.seeking || choice.value === SOUND || element.dataset.playing !== "true" || hasAll(video);
        if (!isMine && line.stalls(performance.now())) choose(SOUND, true);
      },
    }),
    listen(element, {
      /** @param {CustomEvent<number[]>} event */
      "player:heights"({ detail }) {
        if (choice.value === SOUND) return;
        const chosen = choice.value;
        for (const old of choice.querySelectorAll("[data-height]")) old.remove();
        const last = choice.options.length - 1;
        for (const height of detail) choice.add(sized(height), last);
        choice.value = chosen;
        if (choice.selectedIndex < 0) choose(AUTO);
      },
    }),
  );
}

/**
 * Whether everything that was sent has come: a picture that stands still then waits for the stage, not for the line.
 * @param {HTMLVideoElement} video
 */
function hasAll({ seekable, buffered }) {
  return endOf(seekable) - endOf(buffered) < NEWEST_S;
}

/** @param {TimeRanges} ranges */
const endOf = (ranges) => (ranges.length ? ranges.end(ranges.length - 1) : 0);

/** @param {number} height lines of the picture */
function sized(height) {
  const option = new Option(`${height}p`, String(height));
  option.dataset.height = "";
  return option;
}
