// What was seen of a recording: stretches that were played without a jump, each at one speed.

/** How far the position may be from where playing would have brought it before it counts as a jump, seconds. */
const JUMP_S = 1;
/** What is not answered yet is told again, but no more than so many at once. */
export const MOST = 40;

/**
 * A stretch of the recording, seconds; the `n`th of this page.
 * @typedef {{ n: number, begins: number, ends: number, speed: number }} Stretch
 */

export class Watching {
  /** @type {Stretch[]} those that are not told yet, the last one may still grow */
  #untold = [];
  /** @type {Stretch | null} */
  #open = null;
  #n = 0;
  #seenAt = 0;

  /**
   * The picture is at a position now.
   * @param {number} position seconds
   * @param {number} speed
   * @param {number} now milliseconds
   */
  at(position, speed, now) {
    const open = this.#open;
    const expected = open ? open.ends + ((now - this.#seenAt) / 1000) * open.speed : 0;
    this.#seenAt = now;
    if (open && open.speed === speed && position >= open.ends && position - expected < JUMP_S) {
      open.ends = position;
      if (!this.#untold.includes(open)) this.#untold.push(open);
      return;
    }
    this.#n += 1;
    this.#open = { n: this.#n, begins: position, ends: position, speed };
  }

  /** It stands still: what comes next is another stretch. */
  rest() {
    this.#open = null;
  }

  /** What is to be told now. @returns {Stretch[]} */
  untold() {
    return this.#untold.slice(-MOST).map((stretch) => ({ ...stretch }));
  }

  /**
   * These are stored; what has grown since stays to be told.
   * @param {Stretch[]} told
   */
  told(told) {
    this.#untold = this.#untold.filter((stretch) => !told.some(({ n, ends }) => n === stretch.n && ends === stretch.ends));
  }
}
