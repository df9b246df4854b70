// The crowd's reactions while somebody watches a recording: those between the last position and this one.

/** @typedef {import("../protocol.js").Emoji} Emoji */
/** @typedef {[number, Partial<Record<Emoji, number>>][]} Rows seconds of the recording, each with its count by emoji */

/** A step larger than this is a jump: what it leaves out is not replayed, seconds. */
const STEP_S = 3;

export class Replay {
  #rows;
  #second = -1;

  /** @param {Rows} rows in the order of time */
  constructor(rows) {
    this.#rows = rows;
  }

  /**
   * Takes in that a second is reached, and returns the reactions since the last one.
   * @param {number} second
   * @returns {[Emoji, number][]}
   */
  reach(second) {
    const [from, to] = [this.#second, Math.floor(second)];
    this.#second = to;
    if (from < 0 || to <= from || to - from > STEP_S) return [];
    /** @type {Map<Emoji, number>} */
    const counts = new Map();
    for (const [at, emoji] of this.#rows) {
      if (at <= from || at > to) continue;
      for (const [name, n] of /** @type {[Emoji, number][]} */ (Object.entries(emoji))) counts.set(name, (counts.get(name) ?? 0) + n);
    }
    return [...counts];
  }
}
