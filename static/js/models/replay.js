// What the crowd did while one watches a recording: what lies between where one was and where one is.

/** @typedef {import("../protocol.js").Emoji} Emoji */
/** @typedef {[number, Partial<Record<Emoji, number>>][]} Rows seconds of the recording with how many of each emoji */

/** A larger step than this is a jump: what lies in between is not replayed, seconds. */
const STEP_S = 3;

export class Replay {
  #rows;
  #at = -1;

  /** @param {Rows} rows in the order of time */
  constructor(rows) {
    this.#rows = rows;
  }

  /**
   * One has come to a second: what the crowd did since the last one.
   * @param {number} second
   * @returns {[Emoji, number][]}
   */
  reach(second) {
    const [from, to] = [this.#at, Math.floor(second)];
    this.#at = to;
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
