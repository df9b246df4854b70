// Whether one follows what happens now. Whoever went back, stopped or slowed down wants to be where they are; whoever
// fell behind because the picture stood still wants to be taken along.

/** A step back by less is a player's own, past a gap. */
const BACK_S = 1;

export class Following {
  #at = 0;

  /** Whether to come back at the live edge rather than where it stopped. */
  isWanted = true;

  /** Positions begin anew. */
  reset() {
    this.#at = 0;
  }

  /**
   * The position was changed.
   * @param {number} to seconds
   */
  seek(to) {
    if (to < this.#at - BACK_S) this.isWanted = false;
  }

  /**
   * What is seen now.
   * @param {{ at: number, behind: boolean, playing: boolean, held: boolean }} now `held`: stopped or slowed down by choice
   * @returns {boolean} whether to go to the live edge
   */
  beat({ at, behind, playing, held }) {
    if (playing) this.#at = at;
    if (behind && held) this.isWanted = false;
    if (playing && !behind) this.isWanted = true;
    return playing && behind && this.isWanted;
  }
}
