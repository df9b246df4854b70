// How much a growing total grew within the last minute.

const MINUTE_MS = 60_000;

export class Rate {
  /** @type {{ at: number, total: number }[]} oldest first; the first is at or before the minute's beginning */
  #samples;

  /**
   * @param {number} now epoch milliseconds
   * @param {number} total
   * @param {number} before how much of it came within the last minute, taken to have come evenly
   */
  constructor(now, total, before) {
    this.#samples = [
      { at: now - MINUTE_MS, total: total - before },
      { at: now, total },
    ];
  }

  /**
   * @param {number} now
   * @param {number} total
   */
  note(now, total) {
    this.#samples.push({ at: now, total: Math.max(total, this.#newest.total) });
  }

  /**
   * How much came in the minute until `now`.
   * @param {number} now
   */
  lastMinute(now) {
    const since = now - MINUTE_MS;
    while (this.#samples.length > 1 && this.#second.at <= since) this.#samples.shift();
    return Math.round(this.#newest.total - this.#totalAt(since));
  }

  /** @param {number} moment */
  #totalAt(moment) {
    const [first, second] = this.#samples;
    if (!first || !second || moment <= first.at) return first?.total ?? 0;
    const share = (moment - first.at) / (second.at - first.at);
    return first.total + share * (second.total - first.total);
  }

  get #newest() {
    return /** @type {{ at: number, total: number }} */ (this.#samples.at(-1));
  }

  get #second() {
    return /** @type {{ at: number, total: number }} */ (this.#samples[1]);
  }
}
