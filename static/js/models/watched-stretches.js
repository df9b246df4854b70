// The stretches of a recording that were watched: each played without a jump, at one speed.

/** A position further than this from where playing would have brought it is a jump, seconds. */
const JUMP_S = 1;
/** The most stretches that are told at once; those that are not answered yet are told again. */
export const MOST = 40;

/**
 * A stretch of the recording from one second to another; the `n`th of this page.
 * @typedef {{ n: number, begins: number, ends: number, speed: number }} Stretch
 */

export class WatchedStretches {
  /** @type {Stretch[]} not told yet; the last one may still grow */
  #untold = [];
  /** @type {Stretch | null} */
  #open = null;
  #n = 0;
  #seenAtMs = 0;

  /**
   * Notes the position of a picture that plays.
   * @param {number} position seconds
   * @param {number} speed
   * @param {number} nowMs
   */
  at(position, speed, nowMs) {
    const open = this.#open;
    const expected = open ? open.ends + ((nowMs - this.#seenAtMs) / 1000) * open.speed : 0;
    this.#seenAtMs = nowMs;
    if (open && open.speed === speed && position >= open.ends && position - expected < JUMP_S) {
      open.ends = position;
      if (!this.#untold.includes(open)) this.#untold.push(open);
      return;
    }
    this.#n += 1;
    this.#open = { n: this.#n, begins: position, ends: position, speed };
  }

  /** Notes that the picture stands still: what comes next is another stretch. */
  rest() {
    this.#open = null;
  }

  /** @returns {Stretch[]} the stretches to tell now */
  untold() {
    return this.#untold.slice(-MOST).map((stretch) => ({ ...stretch }));
  }

  /**
   * Notes that these are stored; a stretch that has grown since stays to be told.
   * @param {Stretch[]} told
   */
  told(told) {
    this.#untold = this.#untold.filter((stretch) => !told.some(({ n, ends }) => n === stretch.n && ends === stretch.ends));
  }
}
