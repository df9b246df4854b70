// Draws captions below the picture from the video's text tracks, when they are on; the last choice is kept.
// Tells each by `plenary:cue` to the transcript beside the picture, while that is open.

import { obey } from "../helpers/commands.js";
import { listen, together } from "../helpers/listeners.js";

const KEY = "captions";
const LOOK_MS = 1_000;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const words = /** @type {HTMLElement} */ (element.querySelector("[data-caption]"));
  const button = /** @type {HTMLElement} */ (element.querySelector("[data-command='captions']"));
  const length = Number(element.dataset.length) || Infinity;
  let on = (localStorage.getItem(KEY) ?? element.dataset.captions) === "on";

  /** @returns {TextTrack | undefined} */
  const textTrack = () => [...video.textTracks].find(({ kind }) => kind === "subtitles" || kind === "captions");

  const isReadAlong = () => document.querySelector("[data-behaviour~='transcript']")?.checkVisibility() ?? false;

  function draw() {
    const cues = /** @type {VTTCue[]} */ ([...(textTrack()?.activeCues ?? [])]);
    for (const { startTime: start, text } of cues) {
      document.dispatchEvent(new CustomEvent("plenary:cue", { detail: { start, inFilm: start % length, text } }));
    }
    const text = on ? cues.map((cue) => cue.text).join("\n") : "";
    if (words.textContent !== text) words.textContent = text;
    words.hidden = !text;
  }

  /** Reads the cues or not: "hidden" makes the browser read them without drawing them. */
  function apply() {
    const mode = on || isReadAlong() ? "hidden" : "disabled";
    for (const each of video.textTracks) {
      if (each.kind !== "metadata" && each.mode !== mode) each.mode = mode;
      each.oncuechange = draw;
    }
    button.setAttribute("aria-pressed", String(on));
    draw();
  }

  const timer = setInterval(apply, LOOK_MS);

  apply();
  return together(
    listen(video.textTracks, { addtrack: apply, change: apply }),
    obey(element, {
      captions() {
        on = !on;
        localStorage.setItem(KEY, on ? "on" : "off");
        apply();
      },
    }),
    () => clearInterval(timer),
    () => [...video.textTracks].forEach((each) => (each.oncuechange = null)),
  );
}
