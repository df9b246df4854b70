// Shows the position and changes it: the slider along the programme, the time beside it, and steps back and forward.
// Tells by `data-behind` that the viewer of a live session is not at its live edge.

import { obey } from "../helpers/commands.js";
import { listen, together } from "../helpers/listeners.js";
import { isAtEdge, lastSecond, positionWords, within } from "../models/timeline.js";

const STEP_S = 10;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const slider = /** @type {HTMLInputElement} */ (element.querySelector("[data-seek]"));
  const time = /** @type {HTMLElement} */ (element.querySelector("[data-time]"));
  const facts = element.dataset;
  let isHeld = false;

  const isLive = () => facts.live === "true";
  const last = () => lastSecond(isLive(), Number(facts.edge), video.duration);

  function draw() {
    const [at, end] = [video.currentTime, last()];
    const isBehind = isLive() && !isAtEdge(at, end);
    facts.behind = String(isBehind);
    if (!isHeld) {
      slider.max = String(Math.max(end, at));
      slider.value = String(at);
    }
    const shown = Number(slider.value);
    const words = positionWords(shown, end, isBehind ? "behind" : isLive() ? "live" : "recorded");
    slider.style.setProperty("--done", `${end > 0 ? (100 * shown) / Number(slider.max) : 0}%`);
    slider.setAttribute("aria-valuetext", words.spoken);
    time.textContent = words.written;
  }

  /** @param {number} seconds */
  const moveBy = (seconds) => {
    video.currentTime = within(video.currentTime + seconds, last());
  };

  draw();
  return together(
    obey(element, { back: () => moveBy(-STEP_S), forward: () => moveBy(STEP_S) }),
    listen(video, { timeupdate: draw, durationchange: draw, seeked: draw }),
    listen(slider, {
      input() {
        isHeld = true;
        draw();
      },
      change() {
        isHeld = false;
        video.currentTime = Number(slider.value);
      },
    }),
  );
}
