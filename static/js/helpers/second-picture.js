// A second picture of a programme, kept in step with the first one by the media time of both.

import { correction } from "../models/synchrony.js";
import { EDGE, Feed } from "./feed.js";

export class SecondPicture {
  #video;
  #feed;
  #isLive;

  /**
   * @param {HTMLVideoElement} video
   * @param {string} address of its multivariant playlist
   * @param {() => boolean} isLive true while the programme is live
   */
  constructor(video, address, isLive) {
    this.#video = video;
    this.#isLive = isLive;
    this.#feed = new Feed(video, address, { opened() {}, isAtEdge: isLive, heights() {} });
  }

  /**
   * Goes to the moment that the programme shows.
   * @param {{ mediaTime: number | null, playing: boolean }} programme media time in epoch milliseconds
   * @param {number} rate how fast the programme plays
   * @returns {boolean} false when nothing of this picture was sent at that moment of the programme
   */
  follow({ mediaTime, playing }, rate) {
    if (!this.#feed.isWanted) this.#feed.open(this.#isLive() ? EDGE : 0, false);
    const wanted = mediaTime === null ? null : this.#feed.positionOf(mediaTime);
    if (wanted === null || !playing) this.pause();
    if (wanted === null) return !this.#feed.isOpen || mediaTime === null;
    if (!this.#video.seeking) this.#keepInStep(wanted, rate, playing);
    return true;
  }

  /**
   * @param {number} wanted seconds
   * @param {number} rate
   * @param {boolean} playing
   */
  #keepInStep(wanted, rate, playing) {
    const step = correction(this.#video.currentTime, wanted, rate);
    if (step.seek !== null) this.#video.currentTime = step.seek;
    this.#video.playbackRate = step.rate;
    if (!playing) return;
    if (this.#video.paused) this.#video.play().catch(() => {});
    this.#feed.keep();
  }

  pause() {
    this.#video.pause();
  }

  close() {
    this.#feed.close();
  }
}
