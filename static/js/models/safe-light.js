// The light that says whether a programme is being kept, by the time since more of it was. Only for the first state that
// comes must the browser's clock be right.

/** @typedef {{ safe_up_to: number | null, troubles: string[] }} Kept the topic `kept` of a session's room */

const LATE_MS = 10_000;

export class SafeLight {
  /** @type {Kept} */
  kept = { safe_up_to: null, troubles: [] };
  #movedAtMs = -Infinity;

  /**
   * @param {Kept} kept
   * @param {number} nowMs milliseconds of a clock that nobody sets
   * @param {number} epochMs milliseconds since 1970
   */
  note(kept, nowMs, epochMs) {
    const before = this.kept.safe_up_to;
    if (before === null) this.#movedAtMs = nowMs - Math.max(0, epochMs - (kept.safe_up_to ?? 0));
    else if (kept.safe_up_to !== before) this.#movedAtMs = nowMs;
    this.kept = kept;
  }

  /**
   * The colour of the light: `late` when nothing was kept yet, or nothing more for a while, and nobody says why.
   * @param {number} nowMs
   */
  state(nowMs) {
    if (this.kept.troubles.length) return "bad";
    return this.kept.safe_up_to === null || nowMs - this.#movedAtMs > LATE_MS ? "late" : "good";
  }
}
