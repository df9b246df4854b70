// Sends a speaker's picture and sound to a stage, and comes back by itself when the connection breaks.

import { Backoff } from "../models/backoff.js";
import { NETWORK, refusal } from "../models/troubles.js";
import { PeerConnection, Refused } from "./peer-connection.js";

/** @typedef {"out" | "joining" | "in" | "waiting" | "away" | "replaced"} State `waiting`: refused for now; `away`: it broke */
/** @typedef {{ picture: MediaStreamTrack, sound: MediaStreamTrack }} MediaTracks */

const MOST_BITS_PER_SECOND = 2_500_000;
/** The second picture, half as wide and high, for viewers with a poor network. */
const SMALL = { maxBitrate: 600_000, scaleResolutionDownBy: 2 };
/** Half of a picture lower than this would be too small, lines. */
const LEAST_HEIGHT = 720;
const CONNECTS_WITHIN_MS = 15_000;

export class Publisher {
  /** @type {PeerConnection | undefined} */
  #connection;
  /** @type {MediaTracks | undefined} */
  #mediaTracks;
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
   * @param {(words: string) => void} page.trouble what keeps the speaker from being seen; empty: all is well
   */
  constructor(address, iceServers, page) {
    this.address = address;
    this.iceServers = iceServers;
    this.page = page;
  }

  /** True while there is a connection that the server knows. */
  get isOpen() {
    return Boolean(this.#connection?.resource);
  }

  /** @param {MediaTracks} mediaTracks what to send from now on, joined or not */
  async use(mediaTracks) {
    this.#mediaTracks = mediaTracks;
    const [sound, picture, small] = this.#connection?.peer.getSenders() ?? [];
    await sound?.replaceTrack(mediaTracks.sound);
    await picture?.replaceTrack(mediaTracks.picture);
    await small?.replaceTrack(smallOf(mediaTracks.picture));
  }

  async join() {
    if (!this.#mediaTracks) return;
    this.#close();
    this.page.became("joining");
    const mine = new PeerConnection(this.address, this.iceServers, (state) => this.#connection === mine && this.#changed(state));
    this.#connection = mine;
    mine.peer.addTransceiver(this.#mediaTracks.sound, { direction: "sendonly" });
    mine.peer.addTransceiver(this.#mediaTracks.picture, { direction: "sendonly", sendEncodings: [{ maxBitrate: MOST_BITS_PER_SECOND }] });
    mine.peer.addTransceiver(smallOf(this.#mediaTracks.picture) ?? "video", { direction: "sendonly", sendEncodings: [SMALL] });
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

  /** Lets go while the page closes: nobody is told. */
  end() {
    this.#close();
  }

  /**
   * Takes in what the stage's room says of this speaker.
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

  /**
   * Joins again after a while.
   * @param {State} state until then
   */
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
 * The picture that is sent in a second, smaller size too: a camera's. Of a screen nobody could read it.
 * @param {MediaStreamTrack} picture
 */
function smallOf(picture) {
  const { height = 0, displaySurface } = picture.getSettings();
  return displaySurface === undefined && height >= LEAST_HEIGHT ? picture : null;
}
