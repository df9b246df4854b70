// How long to wait before coming back: longer each time, and never all at once.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Counts tries that failed. */
export class Backoff {
  #first;
  #least;
  #tries = 0;

  /**
   * @param {number} first the longest first wait in milliseconds
   * @param {number} least the share of a wait that is always waited; with 0, a crowd comes back spread over all of it
   */
  constructor(first = FIRST_MS, least = 0.5) {
    this.#first = first;
    this.#least = least;
  }

  /** It worked: the next wait is short again. */
  reset() {
    this.#tries = 0;
  }

  /**
   * The next wait in milliseconds: between the least share of the doubled wait and all of it.
   * @param {() => number} random in [0, 1)
   */
  next(random = Math.random) {
    const most = Math.min(LONGEST_MS, this.#first * 2 ** this.#tries);
    this.#tries += 1;
    return most * (this.#least + (1 - this.#least) * random());
  }
}
