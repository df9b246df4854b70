// Where small things are kept between pages; in memory where the browser forbids more.

/** @returns {import("../models/unanswered.js").Shelf} */
export function shelf() {
  try {
    return localStorage;
  } catch {
    return new MemoryShelf();
  }
}

/** As much of a Storage as is needed, for as long as the page lasts. */
export class MemoryShelf {
  /** @type {Map<string, string>} */
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  /** @param {number} n */
  key(n) {
    return [...this.#items.keys()][n] ?? null;
  }

  /** @param {string} name */
  getItem(name) {
    return this.#items.get(name) ?? null;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setItem(name, value) {
    this.#items.set(name, value);
  }

  /** @param {string} name */
  removeItem(name) {
    this.#items.delete(name);
  }
}
