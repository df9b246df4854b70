// Shows those backstage: one receiving connection with a pair of receivers for each slot, so that nothing is negotiated anew.

import { listen, together } from "../helpers/listeners.js";
import { meterLevel } from "../helpers/sound-level.js";
import { Connection } from "../helpers/whip.js";
import { watch } from "../live.js";
import { Backoff } from "../models/backoff.js";

/** @typedef {{ id: string, person: string | null, name: string, role: string, slot: number | null, on_air: boolean, taken: boolean, signing: boolean }} Source */

const FLAGS = /** @type {const} */ (["taken", "on_air", "signing"]);

/**
 * @param {HTMLElement} element with `data-room`, `data-whep`, and `data-ice`, and a monitor with `data-slot` for each slot;
 *   `data-sound` plays what they say, `data-self` leaves oneself out
 */
export function connect(element) {
  const { room = "", whep = "", ice = "[]", self = "" } = element.dataset;
  const monitors = /** @type {HTMLElement[]} */ ([...element.querySelectorAll("[data-slot]")]);
  const backoff = new Backoff();
  /** @type {Connection | undefined} */
  let connection;
  /** @type {(() => void)[]} */
  let unmeters = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  let isOccupied = false;

  const open = async () => {
    close();
    const mine = (connection = new Connection(whep, JSON.parse(ice), (state) => connection === mine && changed(state)));
    for (const monitor of monitors) {
      const tracks = ["audio", "video"].map((kind) => mine.peer.addTransceiver(kind, { direction: "recvonly" }).receiver.track);
      const stream = new MediaStream(tracks);
      const video = /** @type {HTMLVideoElement} */ (monitor.querySelector("video"));
      video.srcObject = stream;
      video.muted = element.dataset.sound === undefined;
      play(video);
      unmeters.push(meterLevel(stream, /** @type {HTMLMeterElement} */ (monitor.querySelector("[data-level]"))));
    }
    try {
      await mine.open();
    } catch {
      if (connection === mine) again();
    }
  };

  /** @param {HTMLVideoElement} video */
  const play = (video) =>
    video.play().catch(() => {
      const unheard = /** @type {HTMLElement | null} */ (element.querySelector("[data-unheard]"));
      if (unheard && !video.muted) unheard.hidden = false;
    });

  /** @param {RTCPeerConnectionState} state */
  const changed = (state) => {
    if (state === "connected") backoff.reset();
    else if (state === "failed" || state === "disconnected") again();
  };

  const again = () => {
    close();
    retry = setTimeout(open, backoff.next());
  };

  const close = () => {
    clearTimeout(retry);
    unmeters.forEach((end) => end());
    unmeters = [];
    connection?.close();
    connection = undefined;
  };

  /** @param {Source[]} sources */
  const show = (sources) => {
    const others = sources.filter((source) => source.slot !== null && source.person !== (self || undefined));
    for (const monitor of monitors) fill(monitor, others.find((source) => source.slot === Number(monitor.dataset.slot)));
    for (const nobody of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-nobody]"))) nobody.hidden = others.length > 0;
    if (others.length > 0 && !isOccupied) open();
    isOccupied ||= others.length > 0;
  };

  const stop = watch(room, "backstage", ({ sources, follows_voice }) => {
    show(sources);
    for (const either of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-follows]"))) {
      either.hidden = (either.dataset.follows === "yes") !== follows_voice;
    }
  });
  const hear = element.querySelector("[data-hear]");
  return together(
    stop,
    close,
    listen(window, { pagehide: close }),
    hear
      ? listen(hear, {
          click() {
            monitors.forEach((monitor) => monitor.querySelector("video")?.play());
            hear.parentElement?.toggleAttribute("hidden", true);
          },
        })
      : () => {},
  );
}

/**
 * @param {HTMLElement} monitor
 * @param {Source | undefined} source who is there now
 */
function fill(monitor, source) {
  monitor.hidden = !source;
  if (!source) return;
  monitor.dataset.source = source.id;
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (monitor.querySelectorAll("input[name=source]"))) field.value = source.id;
  const text = (/** @type {string} */ name, /** @type {string} */ words) => {
    const slot = monitor.querySelector(`[data-${name}]`);
    if (slot && slot.textContent !== words) slot.textContent = words;
  };
  text("name", source.name);
  text("role", source.role.charAt(0).toUpperCase() + source.role.slice(1));
  for (const flag of FLAGS) monitor.querySelector(`[data-tag=${flag}]`)?.toggleAttribute("hidden", !source[flag]);
  const when = (/** @type {string} */ name, /** @type {boolean} */ is) => monitor.querySelector(`[data-when=${name}]`)?.toggleAttribute("hidden", !is);
  when("heard", source.on_air);
  when("muted", !source.on_air);
  when("signing", source.signing);
  for (const name of ["unsigned", "takeable"]) when(name, !source.signing);
}
