// What a person may still send, as the server counts it: 10 at once, 2 more each second.

const LIMIT = 10;
const REFILL_PER_MS = 2 / 1000;

/** Told the time in milliseconds. */
export class Credits {
  #left = LIMIT;
  #since = 0;

  /**
   * Takes one; false when there is none.
   * @param {number} now
   */
  spend(now) {
    this.#left = Math.min(LIMIT, this.#left + Math.max(0, now - this.#since) * REFILL_PER_MS);
    this.#since = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
