// A WebSocket that comes back after every loss. It knows nothing of the page, nor of what is said on it.

import { Backoff } from "../models/backoff.js";
import { comesBack } from "../protocol.js";

/** @typedef {"connecting" | "open" | "waiting" | "closed"} ConnectionState */
/**
 * @typedef {object} Ends
 * @property {(frame: string) => void} heard
 * @property {(state: ConnectionState, code: number) => void} changed
 * @property {() => boolean} expects true when the server has something to say now and then
 */

/** A room with no news says so every 4 s: after two silent beats the connection is dead, whatever the browser thinks. */
export const SILENCE_MS = 9_000;
/** A page that slept or was busy reads what has come meanwhile before it judges. */
export const READS_FIRST_MS = 1_000;
/** A slow line is not to be given up again and again: after each time it is waited for twice as long, up to this. */
export const LONGEST_SILENCE_MS = 36_000;
/** A connection that has lasted for this long is no slow line. */
export const CALM_AFTER_MS = 120_000;
/** A whole crowd may lose its connection in one moment: its first tries are spread over this time. */
export const FIRST_TRY_WITHIN_MS = 3_000;
/** The close code of a connection that ended without a close frame. */
const LOST = 1006;

/** One connection to `/live`, opened again after every close whose code allows it. */
export class Connection {
  #address;
  #ends;
  #Socket;
  #backoff = new Backoff(FIRST_TRY_WITHIN_MS, 0);
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;
  #patienceMs = SILENCE_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #calm;

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
    this.#listenFor(socket);
    this.#calm = setTimeout(() => (this.#patienceMs = SILENCE_MS), CALM_AFTER_MS);
    socket.addEventListener("open", () => socket === this.#socket && this.#ends.changed("open", 0));
    socket.addEventListener("message", (event) => socket === this.#socket && this.#hear(socket, event.data));
    socket.addEventListener("close", (event) => this.#closed(socket, event.code));
  }

  /** Tries at once when it waits: the network is back, or somebody looks at the page again. */
  hurry() {
    if (this.#socket === null && this.#timer !== undefined) this.open();
  }

  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    clearTimeout(this.#calm);
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

  /**
   * @param {WebSocket} socket
   * @param {string} frame
   */
  #hear(socket, frame) {
    this.#listenFor(socket);
    this.#backoff.reset();
    this.#ends.heard(frame);
  }

  /**
   * Gives up a socket that stays silent: a browser may take minutes to notice, or never does.
   * @param {WebSocket} socket
   */
  #listenFor(socket) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#silence = setTimeout(() => this.#giveUp(socket), READS_FIRST_MS);
    }, this.#patienceMs);
  }

  /** @param {WebSocket} socket */
  #giveUp(socket) {
    if (socket.readyState === 1 && !this.#ends.expects()) return this.#listenFor(socket);
    this.#patienceMs = Math.min(2 * this.#patienceMs, LONGEST_SILENCE_MS);
    this.#closed(socket, LOST);
    socket.close(1000);
  }

  /**
   * @param {WebSocket} socket
   * @param {number} code
   */
  #closed(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    clearTimeout(this.#silence);
    clearTimeout(this.#calm);
    if (!comesBack(code)) {
      this.#timer = undefined;
      return this.#ends.changed("closed", code);
    }
    this.#timer = setTimeout(() => this.open(), this.#backoff.next());
    this.#ends.changed("waiting", code);
  }
}
