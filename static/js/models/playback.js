// The playback of a session by one viewer: its phase, what has been seen so far, and the card that follows from both.

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

  /** True while nothing is sent: a picture that is missing then is not the network's fault. */
  get isHalted() {
    return this.phase === "paused" || this.phase === "between";
  }

  /**
   * Takes in a move of the session. Its room calls a recording open even when the day has passed on which it closed.
   * @param {Partial<Facts>} change
   */
  follow(change) {
    Object.assign(this.#facts, change);
    if (this.#isClosed && this.#facts.recording === "open") this.#facts.recording = "closed";
    if (!this.isHalted) this.#seen.drained = false;
    if (!this.hasPicture) Object.assign(this.#seen, { begun: false, finished: false });
  }

  /** Notes that a first picture is there. */
  load() {
    this.#seen.begun = true;
  }

  /** Notes that the picture moves. */
  play() {
    Object.assign(this.#seen, { begun: true, drained: false, finished: false });
  }

  /** Notes that everything that was sent has been seen. */
  drain() {
    this.#seen.drained = true;
  }

  /** Notes that the picture was seen to its end. */
  finish() {
    this.#seen.finished = true;
  }

  /** Notes that somebody goes back from the end. */
  rewind() {
    this.#seen.finished = false;
  }

  /**
   * Notes that the picture fails to come, or comes again. After the end of a session nothing more is waited for.
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
