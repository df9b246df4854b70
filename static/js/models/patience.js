// The patience with a picture that should come and does not: when to say so, and when to open it anew.

/** A picture may be missing for this time before the page says that something is wrong. */
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
   * Judges the picture as it is now. A stalled picture is opened anew, unless the stage has sent nothing new: its last
   * seconds would be seen again and again.
   * @param {number} nowMs
   * @param {{ isMissing: boolean, isOpen: boolean, waitsForStage: boolean }} picture `isMissing`: it should move and
   *   does not; `isOpen`: there is something to open anew; `waitsForStage`: everything that was sent has been seen
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
