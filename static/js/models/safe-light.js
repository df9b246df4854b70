// Whether a programme is being kept: by how long ago more of it was. Only for what is heard first must the clock be right.

/** @typedef {{ safe_up_to: number | null, troubles: string[] }} Kept the topic `kept` of a session's room */

const LATE_MS = 10_000;

export class SafeLight {
  /** @type {Kept} */
  kept = { safe_up_to: null, troubles: [] };
  #movedAt = -Infinity;

  /**
   * @param {Kept} kept
   * @param {number} now milliseconds of a clock that nobody sets
   * @param {number} time milliseconds since 1970
   */
  note(kept, now, time) {
    const before = this.kept.safe_up_to;
    if (before === null) this.#movedAt = now - Math.max(0, time - (kept.safe_up_to ?? 0));
    else if (kept.safe_up_to !== before) this.#movedAt = now;
    this.kept = kept;
  }

  /**
   * `late` when nothing was kept yet, or nothing more for a while, and nobody says why.
   * @param {number} now
   */
  state(now) {
    if (this.kept.troubles.length) return "bad";
    return this.kept.safe_up_to === null || now - this.#movedAt > LATE_MS ? "late" : "good";
  }
}
