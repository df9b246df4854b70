// The reactions that a person may still send, as the server counts them: 10 at once, 2 more each second.

const LIMIT = 10;
const REFILL_PER_MS = 2 / 1000;

/** Told the time, epoch milliseconds. */
export class Credits {
  #left = LIMIT;
  #sinceMs = 0;

  /**
   * Takes one credit; false when there is none.
   * @param {number} nowMs
   */
  spend(nowMs) {
    this.#left = Math.min(LIMIT, this.#left + Math.max(0, nowMs - this.#sinceMs) * REFILL_PER_MS);
    this.#sinceMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
