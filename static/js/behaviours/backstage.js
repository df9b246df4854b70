// One's own part backstage: choose devices, see and hear that they work, join and leave.

import { canShowScreen, devicesMeant, listDevices, openDevices, openScreen } from "../helpers/devices.js";
import { listen, together } from "../helpers/listeners.js";
import { Publisher } from "../helpers/publisher.js";
import { meterLevel } from "../helpers/sound-level.js";
import { watch } from "../live.js";
import { AWAY, deviceTrouble, unplugged } from "../models/troubles.js";

const QUIET_AFTER_MS = 6_000;
const HEARD_ABOVE = 8;
const OWN = ["taken", "on_air", "signing"];

/** @type {Record<import("../helpers/publisher.js").State, string>} */
const WORDS = {
  out: "You are not backstage yet.",
  joining: "Joining…",
  waiting: "You are not backstage yet. We ask again by ourselves.",
  in: "You are backstage: the others see and hear you.",
  away: AWAY,
  replaced: "You joined from another window or device. This one stays out.",
};

/** @param {HTMLElement} element with `data-room`, `data-whip`, `data-ice` and `data-person` */
export function connect(element) {
  const { room = "", whip = "", ice = "[]", person = "" } = element.dataset;
  const part = (/** @type {string} */ name) => /** @type {any} */ (element.querySelector(`[data-${name}]`));
  /** @type {MediaStream | undefined} */
  let devices;
  /** @type {MediaStreamTrack | undefined} */
  let screen;
  let isMuted = false;
  /** What keeps one from being seen, by where it lies. */
  const troubles = { devices: "", line: "" };
  let unmeter = () => {};
  let heardAt = performance.now();

  const publisher = new Publisher(whip, JSON.parse(ice), {
    became(state) {
      const isOut = state === "out" || state === "replaced";
      element.dataset.state = state;
      part("word").textContent = WORDS[state];
      part("join").hidden = !isOut;
      part("leave").hidden = isOut;
      const isAway = state === "away" || state === "joining";
      document.dispatchEvent(new CustomEvent("plenary:publisher", { detail: { isAway } }));
    },
    trouble: (words) => trouble("line", words),
  });

  /**
   * @param {keyof typeof troubles} where
   * @param {string} words
   */
  function trouble(where, words) {
    troubles[where] = words;
    const said = Object.values(troubles).filter(Boolean);
    part("trouble").hidden = said.length === 0;
    part("trouble-words").textContent = said.join(" ");
    part("again").hidden = !troubles.devices;
  }

  const choose = async () => {
    try {
      const chosen = await openDevices(part("camera").value, part("microphone").value);
      stop(devices);
      devices = chosen;
    } catch (error) {
      return trouble("devices", deviceTrouble(error, await devicesMeant(error)));
    }
    trouble("devices", "");
    devices.getTracks().forEach(notice);
    unmeter();
    unmeter = meterLevel(devices, part("level"), hear);
    await listDevices(part("camera"), "videoinput", devices.getVideoTracks()[0]);
    await listDevices(part("microphone"), "audioinput", devices.getAudioTracks()[0]);
    await show();
    part("join").disabled = false;
  };

  /** @param {MediaStreamTrack} track of a device, which ends when that is unplugged */
  const notice = (track) => {
    const device = track.kind === "video" ? "camera" : "microphone";
    track.addEventListener("ended", () => {
      trouble("devices", unplugged(device));
      listDevices(part(device), track.kind === "video" ? "videoinput" : "audioinput", undefined);
    });
  };

  /** Shows and sends what is chosen now. */
  const show = async () => {
    const [camera] = devices?.getVideoTracks() ?? [];
    const [sound] = devices?.getAudioTracks() ?? [];
    if (!camera || !sound) return;
    const picture = screen ?? camera;
    sound.enabled = !isMuted;
    part("preview").srcObject = new MediaStream([picture]);
    part("preview").classList.toggle("is-screen", picture === screen);
    part("mute").setAttribute("aria-pressed", `${isMuted}`);
    part("screen").setAttribute("aria-pressed", `${picture === screen}`);
    await publisher.use({ picture, sound });
  };

  /** @param {number} level */
  const hear = (level) => {
    if (level > HEARD_ABOVE || isMuted) heardAt = performance.now();
    part("quiet").hidden = performance.now() - heardAt < QUIET_AFTER_MS;
  };

  const share = async () => {
    const before = screen;
    screen = undefined;
    before?.stop();
    if (!before) [screen] = await openScreen().then((shared) => shared.getVideoTracks(), () => []);
    screen?.addEventListener("ended", () => ((screen = undefined), show()));
    await show();
  };

  const unwatch = watch(room, "backstage", ({ sources }) => {
    const mine = sources.find((/** @type {any} */ source) => source.person === person);
    for (const name of OWN) part(`own="${name}"`).hidden = !mine?.[name];
    if (mine) publisher.heardOf(mine);
  });

  part("screen").hidden = !canShowScreen();
  choose();
  return together(
    listen(part("join"), { click: () => publisher.join() }),
    listen(part("leave"), { click: () => publisher.leave() }),
    listen(part("mute"), { click: () => ((isMuted = !isMuted), show()) }),
    listen(part("screen"), { click: share }),
    listen(part("again"), { click: choose }),
    listen(part("camera"), { change: choose }),
    listen(part("microphone"), { change: choose }),
    listen(window, { pagehide: () => publisher.end() }),
    unwatch,
    () => {
      unmeter();
      publisher.end();
      stop(devices);
      screen?.stop();
    },
  );
}

/** @param {MediaStream | undefined} stream */
const stop = (stream) => stream?.getTracks().forEach((track) => track.stop());
