// Sets the volume by a slider, a button and keys. The choice is kept for the next visit.

import { obey, setToggle } from "../helpers/commands.js";
import { listen, together } from "../helpers/listeners.js";

const KEY = "volume";
const STEP = 0.1;
const LOUDEST = 1;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const slider = /** @type {HTMLInputElement} */ (element.querySelector("[data-volume]"));
  const button = /** @type {HTMLElement} */ (element.querySelector("[data-command=mute]"));

  /** @param {number} volume */
  const set = (volume) => {
    video.muted = false;
    video.volume = Math.min(Math.max(volume, 0), LOUDEST);
  };

  function draw() {
    setToggle(button, video.muted || video.volume === 0);
    slider.value = String(video.muted ? 0 : video.volume);
    slider.style.setProperty("--done", `${100 * Number(slider.value)}%`);
  }

  const kept = Number(localStorage.getItem(KEY) ?? LOUDEST);
  video.volume = kept >= 0 && kept <= LOUDEST ? kept : LOUDEST;
  draw();
  return together(
    obey(element, {
      mute: () => (video.muted = !video.muted),
      louder: () => set(video.volume + STEP),
      quieter: () => set(video.volume - STEP),
    }),
    listen(slider, { input: () => set(Number(slider.value)) }),
    listen(video, {
      volumechange() {
        draw();
        if (!video.muted) localStorage.setItem(KEY, String(video.volume));
      },
    }),
  );
}
