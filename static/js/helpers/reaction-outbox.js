// The outbox of reactions: sends each and asks again until it is answered, for closed pages of this browser too.

import { UnansweredReactions, sendersLeft } from "../models/unanswered-reactions.js";
import { reactionSend } from "../protocol.js";

/** @typedef {import("../protocol.js").Emoji} Emoji */
/** @typedef {import("../protocol.js").Reaction} Reaction */
/** @typedef {Pick<LockManager, "request">} Locks */

const ASK_AGAIN_MS = 30_000;

/** Makes a sender: 64 random bits in hexadecimal. */
export function newSender() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The reactions of one viewer on this page, and those that other pages left behind. */
export class ReactionOutbox {
  #viewer;
  #send;
  #shelf;
  #locks;
  #sender = newSender();
  #count = 0;
  /** @type {Map<string, UnansweredReactions>} by sender */
  #lists = new Map();
  /** @type {Map<string, () => void>} by sender, a function that lets go of an adopted list */
  #letGo = new Map();

  /**
   * @param {string} viewer
   * @param {(frame: string) => boolean} send
   * @param {import("../models/unanswered-reactions.js").Shelf} shelf
   * @param {Locks | undefined} locks absent where the page is not served securely
   */
  constructor(viewer, send, shelf, locks) {
    this.#viewer = viewer;
    this.#send = send;
    this.#shelf = shelf;
    this.#locks = locks;
    const own = new UnansweredReactions(shelf, viewer, this.#sender);
    this.#lists.set(this.#sender, own);
    locks?.request(own.name, () => new Promise(() => {}));
  }

  /**
   * Sends a reaction and keeps it until it is answered; null when too many wait already.
   * @param {string} session
   * @param {Emoji} emoji
   * @param {number | null} at media time
   * @returns {Reaction | null}
   */
  react(session, emoji, at) {
    const reaction = { session, sender: this.#sender, n: this.#count + 1, emoji, at };
    if (!this.#lists.get(this.#sender)?.add(reaction, Date.now())) return null;
    this.#count += 1;
    this.#send(reactionSend(reaction));
    return reaction;
  }

  /**
   * @param {{ sender: string, n: number }} answer
   * @returns {Reaction | undefined} the reaction that was answered
   */
  answered({ sender, n }) {
    const list = this.#lists.get(sender);
    const reaction = list?.answer(sender, n, Date.now());
    if (list?.all.length === 0) this.#letGo.get(sender)?.();
    return reaction;
  }

  /** Sends every unanswered reaction again; the server answers a repeat as it did the first time. */
  askAgain() {
    for (const list of this.#lists.values()) list.all.forEach((reaction) => this.#send(reactionSend(reaction)));
  }

  /** Takes over, one after the other, the lists of pages that are gone: a page that is open holds the lock of its own. */
  async adopt() {
    for (const sender of sendersLeft(this.#shelf, this.#viewer, this.#sender, Date.now())) {
      if (this.#lists.has(sender)) continue;
      const { name } = new UnansweredReactions(this.#shelf, this.#viewer, sender);
      if (!this.#locks) await this.#carry(sender);
      else await this.#locks.request(name, { ifAvailable: true }, (lock) => (lock ? this.#carry(sender) : undefined));
    }
  }

  /** Asks again every half a minute, in case an answer was lost, and for pages that were closed in the meantime. */
  keepAsking() {
    const timer = setInterval(() => {
      this.askAgain();
      this.adopt();
    }, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }

  /**
   * Reads a list anew, since nobody else writes it now, and asks until it is empty.
   * @param {string} sender
   * @returns {Promise<void>}
   */
  #carry(sender) {
    const list = new UnansweredReactions(this.#shelf, this.#viewer, sender);
    if (list.all.length === 0) return Promise.resolve();
    this.#lists.set(sender, list);
    return new Promise((resolve) => {
      this.#letGo.set(sender, () => {
        this.#lists.delete(sender);
        this.#letGo.delete(sender);
        resolve();
      });
      list.all.forEach((reaction) => this.#send(reactionSend(reaction)));
    });
  }
}
