// A WebSocket that comes back: UI-free, and silent about what is said on it.

import { Backoff } from "../models/backoff.js";
import { comesBack } from "../protocol.js";

/** @typedef {"connecting" | "open" | "waiting" | "closed"} LineState */
/**
 * @typedef {object} Ends
 * @property {(frame: string) => void} heard
 * @property {(state: LineState, code: number) => void} changed
 */

/** One connection to `/live`, reopened after every close whose code allows it. */
export class Line {
  #address;
  #ends;
  #Socket;
  #backoff = new Backoff();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string} address
   * @param {Ends} ends
   * @param {typeof WebSocket} Socket
   */
  constructor(address, ends, Socket = WebSocket) {
    this.#address = address;
    this.#ends = ends;
    this.#Socket = Socket;
  }

  get isOpen() {
    return this.#socket?.readyState === 1;
  }

  open() {
    clearTimeout(this.#timer);
    this.#ends.changed("connecting", 0);
    const socket = new this.#Socket(this.#address);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#ends.changed("open", 0));
    socket.addEventListener("message", (event) => this.#hear(event.data));
    socket.addEventListener("close", (event) => this.#closed(socket, event.code));
  }

  /** Tries at once when it is waiting: the network is back, or somebody looks at the page again. */
  hurry() {
    if (this.#socket === null && this.#timer !== undefined) this.open();
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /**
   * @param {string} frame
   * @returns {boolean} false when it could not be sent now
   */
  send(frame) {
    if (!this.isOpen) return false;
    this.#socket?.send(frame);
    return true;
  }

  /** @param {string} frame */
  #hear(frame) {
    this.#backoff.reset();
    this.#ends.heard(frame);
  }

  /**
   * @param {WebSocket} socket
   * @param {number} code
   */
  #closed(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (!comesBack(code)) {
      this.#timer = undefined;
      return this.#ends.changed("closed", code);
    }
    this.#timer = setTimeout(() => this.open(), this.#backoff.next());
    this.#ends.changed("waiting", code);
  }
}
