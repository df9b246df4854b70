// When a picture that should come has been missing for too long, and when it is worth opening anew.

/** A picture may be missing for this long before the page says that something is wrong. */
export const PATIENCE_MS = 12_000;

/** Told the time, in milliseconds of a clock that nobody sets. */
export class Patience {
  #cameAtMs;
  #openedAtMs = -Infinity;

  /** @param {number} nowMs */
  constructor(nowMs) {
    this.#cameAtMs = nowMs;
  }

  /**
   * Judges the picture as it is now. What stalled is opened anew, unless the stage has sent nothing new: the last
   * moments would be seen again and again.
   * @param {number} nowMs
   * @param {{ isMissing: boolean, isOpen: boolean, waitsForStage: boolean }} picture `isMissing`: it should move and
   *   does not; `isOpen`: there is a connection to open anew; `waitsForStage`: all that was sent has been seen
   */
  judge(nowMs, { isMissing, isOpen, waitsForStage }) {
    if (!isMissing) this.#cameAtMs = nowMs;
    if (waitsForStage) this.#openedAtMs = nowMs;
    const isFailing = nowMs - this.#cameAtMs > PATIENCE_MS;
    const opensAnew = isFailing && isOpen && nowMs - this.#openedAtMs > PATIENCE_MS;
    if (opensAnew) this.#openedAtMs = nowMs;
    return { isFailing, opensAnew };
  }
}
