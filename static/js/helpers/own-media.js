// What somebody backstage sends: the picture of their camera or their screen, and the sound of their microphone.

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
   * @param {() => void} page.changed something else is to be shown and sent
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

  /** What is to be sent now; null until camera and microphone were opened. */
  get tracks() {
    const [camera] = this.#devices?.getVideoTracks() ?? [];
    const [sound] = this.#devices?.getAudioTracks() ?? [];
    return camera && sound ? { picture: this.#screen ?? camera, sound } : null;
  }

  /**
   * Opens a camera and a microphone in the place of those before. Throws as openDevices does.
   * @param {string} camera the id of a device; empty: the browser's choice
   * @param {string} microphone
   */
  async open(camera, microphone) {
    const devices = await openDevices(camera, microphone);
    if (this.#isOver) return stop(devices);
    stop(this.#devices);
    this.#devices = devices;
    this.#applyMute();
    for (const track of devices.getTracks()) {
      track.addEventListener("ended", () => this.page.unplugged(track.kind === "video" ? "camera" : "microphone"));
    }
  }

  toggleMute() {
    this.#isMuted = !this.#isMuted;
    this.#applyMute();
    this.page.changed();
  }

  /** Shows the screen in the camera's place, or the camera again. */
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
    for (const track of this.#devices?.getAudioTracks() ?? []) track.enabled = !this.#isMuted;
  }
}

/** @param {MediaStream | undefined} stream */
const stop = (stream) => stream?.getTracks().forEach((track) => track.stop());
