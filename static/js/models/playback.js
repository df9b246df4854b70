// What one viewer has seen of a session, and what stands in the picture's place because of it.

import { cardOf, hasPicture, lookUp } from "./phases.js";

/** @typedef {import("./phases.js").Facts} Facts */
/** @typedef {import("./phases.js").Rule} Rule */

/** Told how the session goes and what the video does. */
export class Playback {
  #rules;
  #facts;
  #isClosed;
  #seen = { begun: false, drained: false, finished: false, failing: false };

  /**
   * @param {Rule[]} rules
   * @param {Facts} facts as the page was drawn with them
   */
  constructor(rules, facts) {
    this.#rules = rules;
    this.#facts = facts;
    this.#isClosed = facts.recording === "closed";
  }

  get #rule() {
    return lookUp(this.#rules, this.#facts);
  }

  get phase() {
    return this.#rule.phase;
  }

  /** The card to show; null for the picture. */
  get card() {
    return cardOf(this.#rule, this.#seen);
  }

  get hasPicture() {
    return hasPicture(this.phase);
  }

  /** True while the stage sends nothing: whatever is missing then is not the line's fault. */
  get isHalted() {
    return this.phase === "paused" || this.phase === "between";
  }

  /**
   * Goes on with the session. Its room says that a recording is open, and does not know that the day has passed.
   * @param {Partial<Facts>} change
   */
  follow(change) {
    Object.assign(this.#facts, change);
    if (this.#isClosed && this.#facts.recording === "open") this.#facts.recording = "closed";
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
