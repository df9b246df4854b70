// Replays the crowd's reactions while somebody watches a recording: emoji that float, or counts in calm mode.

import { Floaters } from "../helpers/floaters.js";
import { listen } from "../helpers/listeners.js";
import { share } from "../models/crowd.js";
import { Replay } from "../models/replay.js";

/** Counts stand for this time in calm mode. */
const STANDS_MS = 4_000;

/** @param {HTMLElement} element */
export function connect(element) {
  const address = element.dataset.crowd;
  const bar = /** @type {HTMLElement | null} */ (document.querySelector("[data-behaviour~='reactions']"));
  if (!address || !bar) return;
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const counts = /** @type {HTMLElement} */ (element.querySelector("[data-crowd-counts]"));
  const floaters = new Floaters(bar);
  /** @type {Promise<Replay> | undefined} */
  let replay;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clearing;

  const sign = (/** @type {string} */ name) => bar.querySelector(`[data-emoji="${name}"] .reaction-sign`)?.textContent ?? "";

  /** @param {[import("../protocol.js").Emoji, number][]} fresh */
  function show(fresh) {
    for (const emoji of share(fresh)) floaters.float(sign(emoji), false);
    counts.textContent = fresh.map(([emoji, n]) => `${sign(emoji)} ${n}`).join("  ");
    counts.hidden = false;
    clearTimeout(clearing);
    clearing = setTimeout(() => (counts.hidden = true), STANDS_MS);
  }

  async function look() {
    if (element.dataset.phase !== "on-demand" || video.paused) return;
    replay ??= load(address ?? "").then((rows) => new Replay(rows));
    const fresh = (await replay).reach(video.currentTime);
    if (fresh.length) show(fresh);
  }

  const stop = listen(video, { timeupdate: look });
  return () => {
    stop();
    clearTimeout(clearing);
  };
}

/**
 * @param {string} address
 * @returns {Promise<import("../models/replay.js").Rows>} empty when they cannot be fetched: the film is more important
 */
async function load(address) {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? answer.json() : [];
}
