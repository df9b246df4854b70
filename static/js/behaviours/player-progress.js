// Keeps how far one has watched a recording, to resume on any device.

import { listen, together } from "../helpers/listeners.js";

const EVERY_MS = 10_000;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  let furthest = Number(element.dataset.watched) || 0;
  let reported = -1;

  function report() {
    if (element.dataset.phase !== "on-demand" || element.dataset.live === "true") return;
    const position = video.currentTime;
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING || Math.abs(position - reported) < 1) return;
    reported = position;
    furthest = Math.max(furthest, position);
    fetch(element.dataset.progress ?? "", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ position, watched: furthest }),
      keepalive: true,
    }).catch(() => {
      reported = -1;
    });
  }

  const timer = setInterval(() => {
    if (!video.paused) report();
  }, EVERY_MS);
  return together(
    listen(video, { pause: report, ended: report }),
    listen(window, { pagehide: report }),
    () => clearInterval(timer),
  );
}
