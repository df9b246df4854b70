// How long to wait before coming back: longer each time, and never all at once.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Counts tries that failed. */
export class Backoff {
  #tries = 0;

  /** It worked: the next wait is short again. */
  reset() {
    this.#tries = 0;
  }

  /**
   * The next wait in milliseconds: between half of the doubled wait and all of it.
   * @param {() => number} random in [0, 1)
   */
  next(random = Math.random) {
    const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries += 1;
    return most / 2 + (most / 2) * random();
  }
}
