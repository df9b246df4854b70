// Sends one's picture and sound to a stage, and comes back by itself when the connection breaks.

import { Backoff } from "../models/backoff.js";
import { NETWORK, refusal } from "../models/troubles.js";
import { Connection, Refused } from "./whip.js";

/** @typedef {"out" | "joining" | "in" | "waiting" | "away" | "replaced"} State `waiting`: refused for now; `away`: it broke */
/** @typedef {{ picture: MediaStreamTrack, sound: MediaStreamTrack }} Tracks */

const MOST_BITS_PER_SECOND = 2_500_000;
/** Of the second picture, half as wide and high, for those whose line is poor. */
const SMALL = { maxBitrate: 600_000, scaleResolutionDownBy: 2 };
/** Half of a lower picture would be too little. */
const LEAST_HEIGHT = 720;
const CONNECTS_WITHIN_MS = 15_000;

export class Publisher {
  /** @type {Connection | undefined} */
  #connection;
  /** @type {Tracks | undefined} */
  #tracks;
  #backoff = new Backoff();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;

  /**
   * @param {string} address of the stage's WHIP
   * @param {RTCIceServer[]} iceServers
   * @param {object} page
   * @param {(state: State) => void} page.became
   * @param {(words: string) => void} page.trouble what keeps one from being seen; empty: nothing any more
   */
  constructor(address, iceServers, page) {
    this.address = address;
    this.iceServers = iceServers;
    this.page = page;
  }

  /** Whether there is a connection that the server knows. */
  get isOpen() {
    return Boolean(this.#connection?.resource);
  }

  /** @param {Tracks} tracks what to send from now on, joined or not */
  async use(tracks) {
    this.#tracks = tracks;
    const [sound, picture, small] = this.#connection?.peer.getSenders() ?? [];
    await sound?.replaceTrack(tracks.sound);
    await picture?.replaceTrack(tracks.picture);
    await small?.replaceTrack(smallOf(tracks.picture));
  }

  async join() {
    if (!this.#tracks) return;
    this.#close();
    this.page.became("joining");
    const mine = new Connection(this.address, this.iceServers, (state) => this.#connection === mine && this.#changed(state));
    this.#connection = mine;
    mine.peer.addTransceiver(this.#tracks.sound, { direction: "sendonly" });
    mine.peer.addTransceiver(this.#tracks.picture, { direction: "sendonly", sendEncodings: [{ maxBitrate: MOST_BITS_PER_SECOND }] });
    mine.peer.addTransceiver(smallOf(this.#tracks.picture) ?? "video", { direction: "sendonly", sendEncodings: [SMALL] });
    this.#patience = setTimeout(() => this.page.trouble(NETWORK), CONNECTS_WITHIN_MS);
    try {
      await mine.open();
    } catch (error) {
      if (this.#connection === mine) this.#failed(error);
    }
  }

  leave() {
    this.#close();
    this.page.became("out");
  }

  /** The page closes: nobody is told any more. */
  end() {
    this.#close();
  }

  /**
   * What the stage's room says of us.
   * @param {{ connection: string | null, state: string }} source
   */
  heardOf({ connection, state }) {
    if (!this.#connection?.resource) return;
    if (state === "lost") {
      this.#again();
    } else if (connection && connection !== this.#connection.name) {
      this.#connection.resource = "";
      this.#close();
      this.page.became("replaced");
    }
  }

  /** @param {RTCPeerConnectionState} state */
  #changed(state) {
    if (state === "connected") {
      clearTimeout(this.#patience);
      this.#backoff.reset();
      this.page.trouble("");
      this.page.became("in");
    } else if (state === "failed" || state === "disconnected") {
      this.#again();
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    if (!(error instanceof Refused)) return this.#again();
    const { words, again } = refusal(error.status, error.message);
    this.page.trouble(words);
    if (again) this.#again("waiting");
    else this.leave();
  }

  /** @param {State} state until then */
  #again(state = "away") {
    this.#close();
    this.page.became(state);
    this.#retry = setTimeout(() => this.join(), this.#backoff.next());
  }

  #close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    this.#connection?.close();
    this.#connection = undefined;
  }
}

/**
 * What is sent in a second, smaller size: a camera. Of a screen nobody could read it.
 * @param {MediaStreamTrack} picture
 */
function smallOf(picture) {
  const { height = 0, displaySurface } = picture.getSettings();
  return displaySurface === undefined && height >= LEAST_HEIGHT ? picture : null;
}
