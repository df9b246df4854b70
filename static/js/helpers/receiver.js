// Receives everybody who is backstage: one connection (WHEP) with a pair of receivers for each slot, so that
// nothing is negotiated anew when somebody comes or goes.

import { Backoff } from "../models/backoff.js";
import { PeerConnection } from "./peer-connection.js";

export class Receiver {
  /** @type {PeerConnection | undefined} */
  #connection;
  #backoff = new Backoff();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;

  /**
   * @param {string} address of the stage's WHEP
   * @param {RTCIceServer[]} iceServers
   * @param {number} slots
   * @param {object} page
   * @param {(slot: number, stream: MediaStream) => void} page.opened the media of a slot, counted from 0
   * @param {() => void} page.closed
   */
  constructor(address, iceServers, slots, page) {
    this.address = address;
    this.iceServers = iceServers;
    this.slots = slots;
    this.page = page;
  }

  async open() {
    this.close();
    const mine = new PeerConnection(this.address, this.iceServers, (state) => this.#connection === mine && this.#changed(state));
    this.#connection = mine;
    for (let slot = 0; slot < this.slots; slot += 1) {
      const tracks = ["audio", "video"].map((kind) => mine.peer.addTransceiver(kind, { direction: "recvonly" }).receiver.track);
      this.page.opened(slot, new MediaStream(tracks));
    }
    try {
      await mine.open();
    } catch {
      if (this.#connection === mine) this.#again();
    }
  }

  close() {
    clearTimeout(this.#retry);
    this.page.closed();
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** @param {RTCPeerConnectionState} state */
  #changed(state) {
    if (state === "connected") this.#backoff.reset();
    else if (state === "failed" || state === "disconnected") this.#again();
  }

  #again() {
    this.close();
    this.#retry = setTimeout(() => this.open(), this.#backoff.next());
  }
}
