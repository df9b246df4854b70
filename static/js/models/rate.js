// The growth of a total within the last minute.

const MINUTE_MS = 60_000;

export class Rate {
  /** @type {{ atMs: number, total: number }[]} oldest first; the first is at or before the minute's beginning */
  #samples;

  /**
   * @param {number} nowMs epoch milliseconds, as everywhere here
   * @param {number} total
   * @param {number} before the part of it that came within the last minute, taken to have come evenly
   */
  constructor(nowMs, total, before) {
    this.#samples = [
      { atMs: nowMs - MINUTE_MS, total: total - before },
      { atMs: nowMs, total },
    ];
  }

  /**
   * @param {number} nowMs
   * @param {number} total
   */
  note(nowMs, total) {
    this.#samples.push({ atMs: nowMs, total: Math.max(total, this.#newest.total) });
  }

  /**
   * The growth in the minute until `nowMs`.
   * @param {number} nowMs
   */
  lastMinute(nowMs) {
    const sinceMs = nowMs - MINUTE_MS;
    while (this.#samples.length > 1 && this.#second.atMs <= sinceMs) this.#samples.shift();
    return Math.round(this.#newest.total - this.#totalAt(sinceMs));
  }

  /** @param {number} atMs */
  #totalAt(atMs) {
    const [first, second] = this.#samples;
    if (!first || !second || atMs <= first.atMs) return first?.total ?? 0;
    const share = (atMs - first.atMs) / (second.atMs - first.atMs);
    return first.total + share * (second.total - first.total);
  }

  get #newest() {
    return /** @type {{ atMs: number, total: number }} */ (this.#samples.at(-1));
  }

  get #second() {
    return /** @type {{ atMs: number, total: number }} */ (this.#samples[1]);
  }
}
