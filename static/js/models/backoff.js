// The wait before each new try: longer each time, and never the same for a whole crowd.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Counts the tries that failed. */
export class Backoff {
  #firstMs;
  #least;
  #tries = 0;

  /**
   * @param {number} firstMs the longest first wait
   * @param {number} least the share of a wait that is never left out; with 0, a crowd comes back spread over all of it
   */
  constructor(firstMs = FIRST_MS, least = 0.5) {
    this.#firstMs = firstMs;
    this.#least = least;
  }

  /** Notes that a try worked: the next wait is short again. */
  reset() {
    this.#tries = 0;
  }

  /**
   * The next wait in milliseconds: between the least share of the doubled wait and all of it.
   * @param {() => number} random in [0, 1)
   */
  next(random = Math.random) {
    const mostMs = Math.min(LONGEST_MS, this.#firstMs * 2 ** this.#tries);
    this.#tries += 1;
    return mostMs * (this.#least + (1 - this.#least) * random());
  }
}
