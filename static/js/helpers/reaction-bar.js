// The bar of reactions: its counts, the mark of those not answered yet, the word about a refusal, the emoji that float.

import { Credits } from "../models/credits.js";
import { Crowd } from "../models/crowd.js";
import { Floaters } from "./floaters.js";
import { asText } from "./slots.js";

/** @typedef {import("../protocol.js").Emoji} Emoji */
/** @typedef {import("../protocol.js").Reaction} Reaction */

const WORD_MS = 4_000;
/** @type {Record<string, string>} */
const WORDS = {
  credit: "So much applause! Take a breath, then more.",
  busy: "So many at once that this one was not counted. Please try again.",
  "not-live": "Reactions open when the session begins.",
  "too-late": "This session is over. Thank you for clapping.",
  paused: "Reactions are paused for a moment. They will be back.",
  waiting: "We are catching up. Please wait a moment.",
};

export class ReactionBar {
  /**
   * @param {HTMLElement} element
   * @param {import("./reaction-outbox.js").ReactionOutbox} outbox sends the reactions
   */
  constructor(element, outbox) {
    this.element = element;
    this.outbox = outbox;
    this.session = element.dataset.session ?? "";
    this.buttons = /** @type {HTMLButtonElement[]} */ ([...element.querySelectorAll("button[data-emoji]")]);
    this.keys = /** @type {HTMLButtonElement | null} */ (element.querySelector("[data-keys]"));
    this.word = /** @type {HTMLElement} */ (element.querySelector("[data-word]"));
    this.credits = new Credits();
    this.crowd = new Crowd();
    this.floaters = new Floaters(element);
    this.isPaused = false;
    /** @type {Map<string, number>} how many of each emoji are not answered */
    this.waiting = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.clearing = undefined;
    for (const button of this.buttons) button.disabled = false;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.dataset.emoji) this.tap(button);
    else if (button && button === this.keys) button.setAttribute("aria-pressed", String(!this.keysAreOn));
  }

  get keysAreOn() {
    return this.keys?.getAttribute("aria-pressed") !== "false";
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.keysAreOn || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const button = this.buttons[Number(event.key) - 1];
    if (!button) return;
    this.mark("is-pressed", button);
    this.tap(button);
  }

  /** @param {HTMLButtonElement} button */
  tap(button) {
    const emoji = /** @type {Emoji} */ (button.dataset.emoji);
    if (this.isPaused) return this.say("paused");
    if (!this.credits.spend(Date.now())) return this.say("credit");
    if (!this.outbox.react(this.session, emoji, mediaTime())) return this.say("waiting");
    this.crowd.drawn(emoji);
    this.floaters.float(signOf(button), true);
    this.wait(emoji, 1);
  }

  /**
   * @param {Reaction} reaction
   * @param {string | null} reason the reason of its refusal; null when it was taken
   */
  settle(reaction, reason) {
    if (reaction.session !== this.session) return;
    this.wait(reaction.emoji, -1);
    if (reason === null) return;
    this.crowd.undrawn(reaction.emoji);
    this.say(reason);
    this.mark("is-refused", this.buttonOf(reaction.emoji) ?? null);
  }

  /** @param {{ totals: Record<Emoji, number>, paused: boolean }} state */
  show({ totals, paused }) {
    if (paused !== this.isPaused) {
      this.isPaused = paused;
      this.element.classList.toggle("is-paused", paused);
      paused ? this.say("paused") : this.silence();
    }
    for (const button of this.buttons) {
      const emoji = /** @type {Emoji} */ (button.dataset.emoji);
      button.setAttribute("aria-label", `${button.dataset.label}, ${asText(totals[emoji])}`);
    }
    for (const emoji of this.crowd.arrivals(totals)) this.floaters.float(signOf(this.buttonOf(emoji)), false);
  }

  /**
   * Marks an emoji while a reaction of it is not answered.
   * @param {Emoji} emoji
   * @param {number} more
   */
  wait(emoji, more) {
    const waiting = Math.max(0, (this.waiting.get(emoji) ?? 0) + more);
    this.waiting.set(emoji, waiting);
    this.buttonOf(emoji)?.classList.toggle("is-waiting", waiting > 0);
  }

  /**
   * Gives one button a class, and takes it from all others.
   * @param {string} name
   * @param {HTMLButtonElement | null} marked
   */
  mark(name, marked) {
    for (const button of this.buttons) button.classList.toggle(name, button === marked);
  }

  /** @param {Emoji} emoji */
  buttonOf(emoji) {
    return this.buttons.find((button) => button.dataset.emoji === emoji);
  }

  /** @param {string} reason */
  say(reason) {
    clearTimeout(this.clearing);
    this.word.textContent = WORDS[reason] ?? "That one was not counted.";
    if (!this.isPaused) this.clearing = setTimeout(() => this.silence(), WORD_MS);
  }

  silence() {
    clearTimeout(this.clearing);
    this.word.textContent = "";
    this.mark("is-refused", null);
  }
}

/** @param {HTMLButtonElement | undefined} button */
const signOf = (button) => button?.querySelector(".reaction-sign")?.textContent ?? "";

/** The media time of the picture on the screen, as the player states it, epoch milliseconds; null without a picture. */
function mediaTime() {
  const player = /** @type {HTMLElement | null} */ (document.querySelector("[data-player]"));
  return player?.dataset.mediaTime ? Math.round(Number(player.dataset.mediaTime)) : null;
}
