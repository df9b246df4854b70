// The reactions that were sent and are not answered yet, kept with their keys: a reload loses none and repeats none.

/** @typedef {import("../protocol.js").Reaction} Reaction */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">} Shelf */

export const LIMIT = 40;
const KEPT_MS = 24 * 60 * 60 * 1000;

/** The list of one page, under a name of its own: no two pages write the same item. */
export class UnansweredReactions {
  #shelf;
  #name;
  /** @type {Reaction[]} */
  #list;

  /**
   * @param {Shelf} shelf
   * @param {string} viewer the person who sent them: another person in this browser must not send them again
   * @param {string} sender
   */
  constructor(shelf, viewer, sender) {
    this.#shelf = shelf;
    this.#name = nameOf(viewer, sender);
    this.#list = recall(shelf, this.#name);
  }

  get name() {
    return this.#name;
  }

  /** @returns {readonly Reaction[]} in the order they were sent */
  get all() {
    return this.#list;
  }

  /**
   * Keeps a reaction until it is answered; false when too many are kept already.
   * @param {Reaction} reaction
   * @param {number} nowMs epoch milliseconds, here and below
   */
  add(reaction, nowMs) {
    if (this.#list.length >= LIMIT) return false;
    this.#list = [...this.#list, reaction];
    this.#save(nowMs);
    return true;
  }

  /**
   * @param {string} sender
   * @param {number} n
   * @param {number} nowMs
   * @returns {Reaction | undefined} the reaction that was answered, if it was on this list
   */
  answer(sender, n, nowMs) {
    const found = this.#list.find((reaction) => reaction.sender === sender && reaction.n === n);
    if (found) {
      this.#list = this.#list.filter((reaction) => reaction !== found);
      this.#save(nowMs);
    }
    return found;
  }

  /** @param {number} nowMs */
  #save(nowMs) {
    try {
      if (this.#list.length === 0) this.#shelf.removeItem(this.#name);
      else this.#shelf.setItem(this.#name, JSON.stringify({ at: nowMs, reactions: this.#list }));
    } catch {
      // A full or forbidden storage: the list lasts while the page is open.
    }
  }
}

/**
 * @param {string} viewer
 * @param {string} sender
 */
const nameOf = (viewer, sender) => `plenary:unanswered:${viewer}:${sender}`;

/**
 * @param {Shelf} shelf
 * @param {string} name
 * @returns {Reaction[]}
 */
function recall(shelf, name) {
  try {
    return JSON.parse(shelf.getItem(name) ?? "{}").reactions ?? [];
  } catch {
    return [];
  }
}

/**
 * Finds the senders of this viewer's other lists, which closed pages may have left; outdated lists are thrown away.
 * @param {Shelf} shelf
 * @param {string} viewer
 * @param {string} own this page's sender
 * @param {number} nowMs
 * @returns {string[]}
 */
export function sendersLeft(shelf, viewer, own, nowMs) {
  const prefix = nameOf(viewer, "");
  const names = Array.from({ length: shelf.length }, (_, n) => shelf.key(n) ?? "").filter((name) => name.startsWith(prefix));
  const senders = [];
  for (const name of names) {
    if (isOutdated(shelf.getItem(name), nowMs)) shelf.removeItem(name);
    else if (name !== nameOf(viewer, own)) senders.push(name.slice(prefix.length));
  }
  return senders;
}

/**
 * @param {string | null} text
 * @param {number} nowMs
 */
function isOutdated(text, nowMs) {
  try {
    return !(nowMs - JSON.parse(text ?? "").at < KEPT_MS);
  } catch {
    return true;
  }
}
