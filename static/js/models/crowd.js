// The emoji that float up for the crowd's reactions: enough to feel it, never more than a screen can bear.

/** @typedef {import("../protocol.js").Emoji} Emoji */

export const MOST_AT_ONCE = 12;

/** Turns growing totals into the reactions that are new since the last totals. */
export class Crowd {
  /** @type {Partial<Record<Emoji, number>> | null} */
  #seen = null;
  /** @type {Partial<Record<Emoji, number>>} */
  #mine = {};

  /**
   * Notes that a reaction of this viewer is drawn already: it does not float again when it is counted.
   * @param {Emoji} emoji
   */
  drawn(emoji) {
    this.#mine[emoji] = (this.#mine[emoji] ?? 0) + 1;
  }

  /**
   * Notes that a reaction of this viewer will not be counted after all.
   * @param {Emoji} emoji
   */
  undrawn(emoji) {
    this.#mine[emoji] = Math.max(0, (this.#mine[emoji] ?? 0) - 1);
  }

  /**
   * The emoji that float for these totals; none for the first totals, which are history.
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
 * Thins emoji to MOST_AT_ONCE, in the proportions of what came, each kind at least once.
 * @param {[Emoji, number][]} fresh
 */
export function share(fresh) {
  const all = fresh.reduce((sum, [, count]) => sum + count, 0);
  const scale = Math.min(1, MOST_AT_ONCE / all);
  return fresh.flatMap(([emoji, count]) => Array(Math.max(1, Math.floor(count * scale))).fill(emoji));
}
