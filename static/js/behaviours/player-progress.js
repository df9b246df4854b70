// Stores how far a viewer has watched a recording, to resume on any device, and which stretches of it were played.

import { listen, together } from "../helpers/listeners.js";
import { newSender } from "../helpers/reaction-outbox.js";
import { WatchedStretches } from "../models/watched-stretches.js";

const EVERY_MS = 10_000;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const watching = new WatchedStretches();
  const sender = newSender();
  /** The recording's first second, in seconds of the film: these do not move when the recording is trimmed. */
  const begins = Number(element.dataset.begins) || 0;
  let furthest = Number(element.dataset.watched) || 0;
  let reported = -1;

  const isRecording = () => element.dataset.phase === "on-demand" && element.dataset.live !== "true";

  function look() {
    if (isRecording() && element.dataset.playing === "true" && !video.seeking) {
      watching.at(begins + video.currentTime, video.playbackRate, performance.now());
    }
  }

  async function report() {
    if (!isRecording() || video.readyState === HTMLMediaElement.HAVE_NOTHING) return;
    const [position, intervals] = [begins + video.currentTime, watching.untold()];
    if (Math.abs(position - reported) < 1 && !intervals.length) return;
    furthest = Math.max(furthest, position);
    const answer = await fetch(element.dataset.progress ?? "", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ position, watched: furthest, sender, intervals }),
      keepalive: true,
    }).catch(() => null);
    if (!answer?.ok) return;
    reported = position;
    watching.told(intervals);
  }

  const timer = setInterval(() => {
    if (!video.paused) report();
  }, EVERY_MS);
  const rest = () => {
    look();
    watching.rest();
    report();
  };
  return together(
    listen(video, { timeupdate: look, pause: rest, ended: rest, seeking: () => watching.rest() }),
    listen(window, { pagehide: report }),
    () => clearInterval(timer),
  );
}
