// The speaker's own part backstage: choose devices, see and hear that they work, join and leave.

import { canShowScreen, devicesMeant, listDevices } from "../helpers/devices.js";
import { listen, together } from "../helpers/listeners.js";
import { OwnMedia } from "../helpers/own-media.js";
import { Publisher } from "../helpers/publisher.js";
import { meterLevel } from "../helpers/sound-level.js";
import { watch } from "../live.js";
import { AWAY, deviceTrouble, unplugged } from "../models/troubles.js";

const QUIET_AFTER_MS = 6_000;
const HEARD_ABOVE = 8;
const OWN = /** @type {const} */ (["taken", "on_air", "signing"]);

/** @type {Record<import("../helpers/publisher.js").State, string>} */
const WORDS = {
  out: "You are not backstage yet.",
  joining: "Joining…",
  waiting: "You are not backstage yet. We ask again by ourselves.",
  in: "You are backstage: the others see and hear you.",
  away: AWAY,
  replaced: "You joined from another window or device. This one stays out.",
};

/** @typedef {(name: string) => any} Part the element with `data-name` */

/** @param {HTMLElement} element with `data-room`, `data-whip`, `data-ice` and `data-person` */
export function connect(element) {
  const { room = "", whip = "", ice = "[]", person = "" } = element.dataset;
  /** @type {Part} */
  const part = (name) => element.querySelector(`[data-${name}]`);
  const trouble = troubleNotice(part);
  const media = new OwnMedia({
    changed: show,
    unplugged(device) {
      trouble("devices", unplugged(device));
      listDevices(part(device), device === "camera" ? "videoinput" : "audioinput", undefined);
    },
  });
  const meter = levelMeter(part, media);
  const publisher = new Publisher(whip, JSON.parse(ice), {
    became: (state) => say(element, part, state),
    trouble: (words) => trouble("network", words),
  });

  /** Shows and sends the media that are chosen now. */
  async function show() {
    if (!media.mediaTracks) return;
    draw(part, media);
    await publisher.use(media.mediaTracks);
  }

  async function choose() {
    try {
      await media.open(part("camera").value, part("microphone").value);
    } catch (error) {
      return trouble("devices", deviceTrouble(error, await devicesMeant(error)));
    }
    trouble("devices", "");
    meter.follow();
    await listDevices(part("camera"), "videoinput", media.devices?.getVideoTracks()[0]);
    await listDevices(part("microphone"), "audioinput", media.devices?.getAudioTracks()[0]);
    await show();
    part("join").disabled = false;
  }

  part("screen").hidden = !canShowScreen();
  choose();
  return together(
    listen(part("join"), { click: () => publisher.join() }),
    listen(part("leave"), { click: () => publisher.leave() }),
    listen(part("mute"), { click: () => media.toggleMute() }),
    listen(part("screen"), { click: () => media.toggleScreen() }),
    listen(part("again"), { click: choose }),
    listen(part("camera"), { change: choose }),
    listen(part("microphone"), { change: choose }),
    listen(window, { pagehide: () => publisher.end() }),
    watch(room, "backstage", ({ sources }) => {
      const mine = sources.find((source) => source.person === person);
      for (const name of OWN) part(`own="${name}"`).hidden = !mine?.[name];
      if (mine) publisher.heardOf(mine);
    }),
    () => meter.end(),
    () => publisher.end(),
    () => media.end(),
  );
}

/**
 * Draws the speaker's own picture, and which buttons are pressed.
 * @param {Part} part
 * @param {OwnMedia} media with its devices open
 */
function draw(part, { mediaTracks, isMuted, isScreenShown }) {
  part("preview").srcObject = new MediaStream(mediaTracks ? [mediaTracks.picture] : []);
  part("preview").classList.toggle("is-screen", isScreenShown);
  part("mute").setAttribute("aria-pressed", `${isMuted}`);
  part("screen").setAttribute("aria-pressed", `${isScreenShown}`);
}

/**
 * Says where the speaker's own connection stands, to the reader and to the page.
 * @param {HTMLElement} element
 * @param {Part} part
 * @param {import("../helpers/publisher.js").State} state
 */
function say(element, part, state) {
  const isOut = state === "out" || state === "replaced";
  element.dataset.state = state;
  part("word").textContent = WORDS[state];
  part("join").hidden = !isOut;
  part("leave").hidden = isOut;
  const isAway = state === "away" || state === "joining";
  document.dispatchEvent(new CustomEvent("plenary:publisher", { detail: { isAway } }));
}

/**
 * Makes the notice that says what keeps the speaker from being seen.
 * @param {Part} part
 * @returns {(where: "devices" | "network", words: string) => void} empty words: all is well there
 */
function troubleNotice(part) {
  const troubles = { devices: "", network: "" };
  return (where, words) => {
    troubles[where] = words;
    const said = Object.values(troubles).filter(Boolean);
    part("trouble").hidden = said.length === 0;
    part("trouble-words").textContent = said.join(" ");
    part("again").hidden = !troubles.devices;
  };
}

/**
 * Makes the meter of the speaker's voice, with the question about the microphone when nothing is heard for a while.
 * @param {Part} part
 * @param {OwnMedia} media
 */
function levelMeter(part, media) {
  let heardAtMs = performance.now();
  let stop = () => {};
  /** @param {number} level */
  function hear(level) {
    if (level > HEARD_ABOVE || media.isMuted) heardAtMs = performance.now();
    part("quiet").hidden = performance.now() - heardAtMs < QUIET_AFTER_MS;
  }
  return {
    /** Measures the microphone that is open now. */
    follow() {
      stop();
      stop = media.devices ? meterLevel(media.devices, part("level"), hear) : () => {};
    },
    end: () => stop(),
  };
}
