// The shelf for small things that stay from page to page: the browser's storage, or memory where that is forbidden.

/** @returns {import("../models/unanswered-reactions.js").Shelf} */
export function shelf() {
  try {
    return localStorage;
  } catch {
    return new MemoryShelf();
  }
}

/** The part of a Storage that is needed, kept in memory while the page is open. */
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
