// Chooses the size of the picture or the sound alone, as the viewer wishes; on a network too poor for pictures the sound.
// Asks the player for it by `player:quality`; the player tells the sizes of the picture by `player:heights`.

import { listen, together } from "../helpers/listeners.js";
import { PoorNetwork } from "../models/poor-network.js";

const AUTO = "auto";
const SOUND = "sound";
/** A segment lasts two seconds: with less than this still to load, the network has brought everything there is. */
const NEWEST_S = 1.5;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const choice = /** @type {HTMLSelectElement} */ (element.querySelector("[data-quality]"));
  const panel = /** @type {HTMLElement} */ (element.querySelector("[data-sound-only]"));
  const reason = /** @type {HTMLElement} */ (panel.querySelector("[data-reason]"));
  const network = new PoorNetwork();

  /**
   * @param {string} quality
   * @param {boolean} [isForced] the network left no choice
   */
  function choose(quality, isForced = false) {
    network.forget();
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
        if (!isMine && network.stalls(performance.now())) choose(SOUND, true);
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
 * True when everything that was sent has come: a picture that stands still then waits for the stage, not for the network.
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
