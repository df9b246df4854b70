// What one viewer has seen of a session, and what stands in the picture's place because of it.

import { cardOf, hasPicture, phaseOf } from "./programme.js";

/** @typedef {import("./programme.js").Status} Status */

/** Told how the session goes and what the video does. */
export class Playback {
  #status;
  #hasFilm;
  #seen = { begun: false, drained: false, finished: false, failing: false };

  /**
   * @param {Status} status as the page was drawn with it
   * @param {boolean} hasFilm
   */
  constructor(status, hasFilm) {
    this.#status = status;
    this.#hasFilm = hasFilm;
  }

  get phase() {
    return phaseOf(this.#status, this.#hasFilm);
  }

  /** The card to show; null for the picture. */
  get card() {
    return cardOf(this.phase, this.#seen);
  }

  get hasPicture() {
    return hasPicture(this.phase);
  }

  /** True while the stage sends nothing: whatever is missing then is not the line's fault. */
  get isHalted() {
    return this.phase === "paused" || this.phase === "between";
  }

  /**
   * Goes on with the session.
   * @param {Partial<Status>} change
   */
  follow(change) {
    Object.assign(this.#status, change);
    if (!this.isHalted) this.#seen.drained = false;
    if (!this.hasPicture) Object.assign(this.#seen, { begun: false, finished: false });
  }

  /** A first picture is there. */
  load() {
    this.#seen.begun = true;
  }

  /** The picture moves. */
  play() {
    Object.assign(this.#seen, { begun: true, drained: false, finished: false });
  }

  /** All that was sent has been seen. */
  drain() {
    this.#seen.drained = true;
  }

  /** The picture was seen to its end. */
  finish() {
    this.#seen.finished = true;
  }

  /** Somebody goes back from the end. */
  rewind() {
    this.#seen.finished = false;
  }

  /**
   * Notes that the picture fails to come, or comes again. After the end nothing more is to be waited for.
   * @param {boolean} failing
   * @returns {boolean} true when that is news
   */
  fail(failing) {
    if (failing === this.#seen.failing) return false;
    this.#seen.failing = failing;
    if (failing && this.phase === "over") this.finish();
    return true;
  }
}
