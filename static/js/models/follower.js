// A viewer's wish to follow the live edge. Whoever went back, stopped or slowed down wants to stay where they are;
// whoever fell behind because the picture stood still wants to be taken along.

/** The player itself steps back by less than this, past a gap. */
const BACK_S = 1;

export class Follower {
  #position = 0;

  /** True to come back at the live edge, false to come back at the position before. */
  isWanted = true;

  /** Forgets the position: another source begins. */
  reset() {
    this.#position = 0;
  }

  /**
   * Notes a change of the position.
   * @param {number} to seconds
   */
  seek(to) {
    if (to < this.#position - BACK_S) this.isWanted = false;
  }

  /**
   * Notes what is on the screen.
   * @param {{ position: number, behind: boolean, playing: boolean, held: boolean }} seen `position` in seconds; `held`:
   *   stopped or slowed down by choice
   * @returns {boolean} true when the viewer is to be taken to the live edge
   */
  beat({ position, behind, playing, held }) {
    if (playing) this.#position = position;
    if (behind && held) this.isWanted = false;
    if (playing && !behind) this.isWanted = true;
    return playing && behind && this.isWanted;
  }
}
