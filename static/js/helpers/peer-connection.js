// A connection that sends (WHIP, RFC 9725) or receives (WHEP): one offer by HTTP, one answer, and a DELETE at its end.

const SDP = "application/sdp";
const GATHERS_WITHIN_MS = 2_000;

/** Raised when the server refuses an offer. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} sentence
   */
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

export class PeerConnection {
  /** The address that the server gave the connection; empty when it is not open. */
  resource = "";

  /**
   * @param {string} address
   * @param {RTCIceServer[]} iceServers
   * @param {(state: RTCPeerConnectionState) => void} changed
   */
  constructor(address, iceServers, changed) {
    this.address = address;
    this.peer = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.peer.addEventListener("connectionstatechange", () => changed(this.peer.connectionState));
  }

  /** The last part of the resource's address, which is the connection's name to others. */
  get name() {
    return this.resource.split("/").at(-1) ?? "";
  }

  /**
   * Offers, and takes the answer, unless it was closed meanwhile. Throws Refused, or TypeError when the server is not
   * reached.
   */
  async open() {
    await this.peer.setLocalDescription();
    await gathered(this.peer);
    const body = this.peer.localDescription?.sdp ?? "";
    const answer = await fetch(this.address, { method: "POST", headers: { "content-type": SDP }, body });
    const text = await answer.text();
    if (answer.status !== 201) throw new Refused(answer.status, text.trim());
    this.resource = answer.headers.get("location") ?? "";
    if (this.peer.connectionState === "closed") return this.close();
    await this.peer.setRemoteDescription({ type: "answer", sdp: text });
  }

  /** Closes both sides; `keepalive` lets the DELETE go out while the page closes. */
  close() {
    this.peer.close();
    if (this.resource) fetch(this.resource, { method: "DELETE", keepalive: true }).catch(() => {});
    this.resource = "";
  }
}

/**
 * Waits until every candidate is in the offer: there is no trickle ICE.
 * @param {RTCPeerConnection} peer
 */
function gathered(peer) {
  /** @type {Promise<void>} */
  const done = new Promise((resolve) => {
    const look = () => peer.iceGatheringState === "complete" && resolve();
    peer.addEventListener("icegatheringstatechange", look);
    setTimeout(resolve, GATHERS_WITHIN_MS);
    look();
  });
  return done;
}
