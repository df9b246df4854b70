// How many emoji float up for what the crowd has sent: enough to feel it, never more than a screen can bear.

/** @typedef {import("../protocol.js").Emoji} Emoji */

export const MOST_AT_ONCE = 12;

/** Turns growing totals into what is new since they were last seen. */
export class Crowd {
  /** @type {Partial<Record<Emoji, number>> | null} */
  #seen = null;
  /** @type {Partial<Record<Emoji, number>>} */
  #mine = {};

  /**
   * One of my own is drawn already: it is not to float a second time when it is counted.
   * @param {Emoji} emoji
   */
  drawn(emoji) {
    this.#mine[emoji] = (this.#mine[emoji] ?? 0) + 1;
  }

  /**
   * One of my own will not be counted after all.
   * @param {Emoji} emoji
   */
  undrawn(emoji) {
    this.#mine[emoji] = Math.max(0, (this.#mine[emoji] ?? 0) - 1);
  }

  /**
   * What floats for these totals; nothing for the first, which are history.
   * @param {Record<Emoji, number>} totals
   * @returns {Emoji[]}
   */
  arrivals(totals) {
    const seen = this.#seen;
    this.#seen = { ...totals };
    if (!seen) return [];
    /** @type {[Emoji, number][]} */
    const fresh = [];
    for (const [name, total] of Object.entries(totals)) {
      const emoji = /** @type {Emoji} */ (name);
      const more = Math.max(0, total - (seen[emoji] ?? 0));
      const mine = Math.min(more, this.#mine[emoji] ?? 0);
      this.#mine[emoji] = (this.#mine[emoji] ?? 0) - mine;
      if (more > mine) fresh.push([emoji, more - mine]);
    }
    return share(fresh);
  }
}

/**
 * At most MOST_AT_ONCE, in the proportions of what came, each kind at least once.
 * @param {[Emoji, number][]} fresh
 */
export function share(fresh) {
  const all = fresh.reduce((sum, [, count]) => sum + count, 0);
  const scale = Math.min(1, MOST_AT_ONCE / all);
  return fresh.flatMap(([emoji, count]) => Array(Math.max(1, Math.floor(count * scale))).fill(emoji));
}
