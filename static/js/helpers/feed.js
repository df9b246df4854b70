// The supply of pictures and sound to a video element: opens their address, and opens it again after every fault.

import { Backoff } from "../models/backoff.js";
import { openSource } from "./hls-source.js";

/** The live edge, as a position. */
export const EDGE = -1;
/** A segment lasts two seconds: when less than this is left to play, nothing new has been sent. */
const NEWEST_S = 1.5;
/** A decoder that failed within this time is not asked to go on again: everything is opened anew. */
const RECOVERS_AFTER_MS = 10_000;

export class Feed {
  /** @type {import("./hls-source.js").Source | null} */
  #source = null;
  /** Counts openings, so that an opening is dropped when a later one has overtaken it. */
  #opening = 0;
  #backoff = new Backoff();
  #recoveredAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #position = 0;
  /** "auto", "sound", or the height of the picture. */
  #quality = "auto";

  /** True from opening to closing, between two tries too. */
  isWanted = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {string} address of the multivariant playlist
   * @param {object} page
   * @param {() => unknown} page.opened it can be played
   * @param {() => boolean} page.isAtEdge true to come back at the live edge, false to come back at the position before
   * @param {(heights: number[]) => void} page.heights the sizes of the picture, lines
   */
  constructor(video, address, page) {
    this.video = video;
    this.address = address;
    this.page = page;
  }

  /** The media time of the picture on the screen, epoch milliseconds; null when it is not known. */
  get mediaTime() {
    return this.#source?.mediaTime() ?? null;
  }

  /**
   * The position of a media time, seconds; null when nothing was sent then, or nothing is known yet.
   * @param {number} mediaTime epoch milliseconds
   */
  positionOf(mediaTime) {
    return this.#source?.positionOf(mediaTime) ?? null;
  }

  /** The newest position worth jumping to, seconds. */
  get edge() {
    return Math.max(0, this.#source?.edge() ?? 0);
  }

  /** True while more is still to come. */
  get isLive() {
    return this.#source?.isLive() ?? false;
  }

  /** True when everything sent has been seen: the player waits for the stage. */
  get hasSeenAll() {
    const { seekable, currentTime } = this.video;
    return seekable.length > 0 && seekable.end(seekable.length - 1) - currentTime < NEWEST_S;
  }

  get isOpen() {
    return this.#source !== null;
  }

  /**
   * @param {number} position seconds, or EDGE
   * @param {boolean} play
   */
  async open(position, play = true) {
    this.close();
    this.isWanted = true;
    this.#position = Math.max(0, position);
    const mine = this.#opening;
    try {
      const source = await openSource(this.video, this.#playlist, position, {
        fault: (fault) => this.#failed(fault, mine),
        heights: (heights) => mine === this.#opening && this.#sized(heights),
      });
      if (mine !== this.#opening) return source.close();
      this.#source = source;
      if (play) this.page.opened();
    } catch {
      this.#failed("network", mine);
    }
  }

  close() {
    clearTimeout(this.#retry);
    this.#opening += 1;
    this.isWanted = false;
    this.#source?.close();
    this.#source = null;
  }

  /**
   * Tries again at once: somebody asks, or the network is back.
   * @param {boolean} play
   */
  reopen(play = true) {
    this.open(this.page.isAtEdge() ? EDGE : this.#position, play);
  }

  /**
   * Goes on with one size of the picture, with the largest that the network carries, or with the sound alone.
   * @param {string} quality a height, "auto" or "sound"
   */
  choose(quality) {
    const before = this.#playlist;
    this.#quality = quality;
    if (before === this.#playlist) this.#keepToSize();
    else if (this.isWanted) this.reopen(!this.video.paused);
  }

  #keepToSize() {
    if (this.#source?.keepTo(Number(this.#quality) || null) === false) this.reopen(!this.video.paused);
  }

  /** The address of what is wanted: the sound alone has a playlist beside that of the programme. */
  get #playlist() {
    return this.#quality === "sound" ? new URL("sound.m3u8", new URL(this.address, location.href)).href : this.address;
  }

  /** @param {number[]} heights */
  #sized(heights) {
    this.page.heights(heights);
    if (heights.includes(Number(this.#quality))) queueMicrotask(() => this.#keepToSize());
  }

  /** Notes that it plays: the position is remembered, and the next wait is short again. */
  keep() {
    this.#position = this.video.currentTime;
    this.#backoff.reset();
  }

  /**
   * @param {"media" | "network"} fault
   * @param {number} mine
   */
  #failed(fault, mine) {
    if (mine !== this.#opening) return;
    if (fault === "media" && this.#source && performance.now() - this.#recoveredAt > RECOVERS_AFTER_MS) {
      this.#recoveredAt = performance.now();
      this.#source.recover();
      return;
    }
    const position = this.page.isAtEdge() ? EDGE : this.#position;
    const play = !this.video.paused || this.video.readyState === HTMLMediaElement.HAVE_NOTHING;
    this.close();
    this.isWanted = true;
    this.#retry = setTimeout(() => this.open(position, play), this.#backoff.next());
  }
}
