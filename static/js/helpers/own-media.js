// The media that somebody backstage sends: the picture of their camera or screen, and the sound of their microphone.

import { openDevices, openScreen } from "./devices.js";

/** @typedef {import("../models/troubles.js").Device} Device */

export class OwnMedia {
  /** @type {MediaStream | undefined} */
  #devices;
  /** @type {MediaStreamTrack | undefined} */
  #screen;
  #isMuted = false;
  #isOver = false;

  /**
   * @param {object} page
   * @param {() => void} page.changed other media tracks are to be shown and sent
   * @param {(device: Device) => void} page.unplugged
   */
  constructor(page) {
    this.page = page;
  }

  get isMuted() {
    return this.#isMuted;
  }

  get isScreenShown() {
    return this.#screen !== undefined;
  }

  /** Camera and microphone; undefined until they were opened. */
  get devices() {
    return this.#devices;
  }

  /** The media tracks to send now; null until camera and microphone were opened. */
  get mediaTracks() {
    const [camera] = this.#devices?.getVideoTracks() ?? [];
    const [sound] = this.#devices?.getAudioTracks() ?? [];
    return camera && sound ? { picture: this.#screen ?? camera, sound } : null;
  }

  /**
   * Opens a camera and a microphone instead of those before. Throws as openDevices does.
   * @param {string} camera the id of a device; empty: the browser's choice
   * @param {string} microphone
   */
  async open(camera, microphone) {
    const devices = await openDevices(camera, microphone);
    if (this.#isOver) return stop(devices);
    stop(this.#devices);
    this.#devices = devices;
    this.#applyMute();
    for (const mediaTrack of devices.getTracks()) {
      const device = mediaTrack.kind === "video" ? "camera" : "microphone";
      mediaTrack.addEventListener("ended", () => this.page.unplugged(device));
    }
  }

  toggleMute() {
    this.#isMuted = !this.#isMuted;
    this.#applyMute();
    this.page.changed();
  }

  /** Shows the screen instead of the camera, or the camera again. */
  async toggleScreen() {
    const before = this.#screen;
    this.#screen = undefined;
    before?.stop();
    if (!before) [this.#screen] = await openScreen().then((shared) => shared.getVideoTracks(), () => []);
    if (this.#isOver) this.#screen?.stop();
    this.#screen?.addEventListener("ended", () => {
      this.#screen = undefined;
      this.page.changed();
    });
    this.page.changed();
  }

  /** Lets go of every device. */
  end() {
    this.#isOver = true;
    stop(this.#devices);
    this.#screen?.stop();
  }

  #applyMute() {
    for (const sound of this.#devices?.getAudioTracks() ?? []) sound.enabled = !this.#isMuted;
  }
}

/** @param {MediaStream | undefined} stream */
const stop = (stream) => stream?.getTracks().forEach((mediaTrack) => mediaTrack.stop());
