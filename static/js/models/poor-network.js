// The sign of a network that is too poor for pictures: they stood still again and again within a minute.

const WITHIN_MS = 60_000;
const MOST_STALLS = 2;

/** Remembers the moments at which the picture stood still. */
export class PoorNetwork {
  /** @type {number[]} */
  #stalls = [];

  /**
   * Notes that the picture stands still.
   * @param {number} nowMs
   * @returns {boolean} true when that is once too often
   */
  stalls(nowMs) {
    this.#stalls = [...this.#stalls.filter((atMs) => nowMs - atMs < WITHIN_MS), nowMs];
    return this.#stalls.length > MOST_STALLS;
  }

  /** Forgets what was before: somebody has chosen. */
  forget() {
    this.#stalls = [];
  }
}
