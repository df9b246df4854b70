// Keeps pictures and sound coming to a video element: opens their address, and opens it again after every fault.

import { Backoff } from "../models/backoff.js";
import { openSource } from "./hls-source.js";

/** The live edge, as a position. */
export const EDGE = -1;
/** A segment lasts two seconds: when less than this is left, there is nothing new. */
const NEWEST_S = 1.5;
/** A decoder that failed this recently is not asked to go on again: everything is opened anew. */
const RECOVERS_AFTER_MS = 10_000;

export class Feed {
  /** @type {import("./hls-source.js").Source | null} */
  #source = null;
  /** Counts openings, so that one that was overtaken is dropped. */
  #opening = 0;
  #backoff = new Backoff();
  #recoveredAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #position = 0;
  /** "auto", "sound", or the height of the picture. */
  #quality = "auto";

  /** Whether it was asked for and not closed since; it may be between two tries. */
  isWanted = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {string} address of the multivariant playlist
   * @param {object} page
   * @param {() => unknown} page.opened start playing
   * @param {() => boolean} page.isAtEdge whether to come back at the live edge instead of where it stopped
   * @param {(heights: number[]) => void} page.heights which sizes of the picture there are, lines
   */
  constructor(video, address, page) {
    this.video = video;
    this.address = address;
    this.page = page;
  }

  /** The moment of the programme that is being seen, epoch milliseconds; null when it is not known. */
  get mediaTime() {
    return this.#source?.mediaTime() ?? null;
  }

  /**
   * Where a moment of the programme is, seconds; null when it was not sent, or is not known yet.
   * @param {number} moment epoch milliseconds
   */
  positionOf(moment) {
    return this.#source?.positionOf(moment) ?? null;
  }

  /** The newest moment worth jumping to, seconds. */
  get edge() {
    return Math.max(0, this.#source?.edge() ?? 0);
  }

  /** Whether more is still to come. */
  get isLive() {
    return this.#source?.isLive() ?? false;
  }

  /** Whether all that was sent has been seen: it is the stage that is waited for. */
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
   * Try again at once: somebody asks, or the network is back.
   * @param {boolean} play
   */
  reopen(play = true) {
    this.open(this.page.isAtEdge() ? EDGE : this.#position, play);
  }

  /**
   * Goes on with one size of the picture, with whichever the line carries, or with the sound alone.
   * @param {string} quality "auto", "sound" or a height
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

  /** The sound has a playlist of its own beside that of everything. */
  get #playlist() {
    return this.#quality === "sound" ? new URL("sound.m3u8", new URL(this.address, location.href)).href : this.address;
  }

  /** @param {number[]} heights */
  #sized(heights) {
    this.page.heights(heights);
    if (heights.includes(Number(this.#quality))) queueMicrotask(() => this.#keepToSize());
  }

  /** It plays: remember where, and let the next wait be short again. */
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
