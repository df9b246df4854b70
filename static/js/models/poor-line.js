// When a line is too poor for pictures: they stood still again and again within a minute.

const WITHIN_MS = 60_000;
const MOST_STALLS = 2;

/** Remembers when the picture last stood still. */
export class PoorLine {
  /** @type {number[]} */
  #stalls = [];

  /**
   * The picture stands still.
   * @param {number} now milliseconds
   * @returns {boolean} whether that is once too often
   */
  stalls(now) {
    this.#stalls = [...this.#stalls.filter((moment) => now - moment < WITHIN_MS), now];
    return this.#stalls.length > MOST_STALLS;
  }

  /** Somebody chose: what was before says nothing any more. */
  forget() {
    this.#stalls = [];
  }
}
