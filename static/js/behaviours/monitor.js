// Shows the people backstage: a monitor for each slot, with its picture, its loudness and its part on the stage.

import { listen, together } from "../helpers/listeners.js";
import { Receiver } from "../helpers/receiver.js";
import { meterLevel } from "../helpers/sound-level.js";
import { watch } from "../live.js";

/** @typedef {import("../models/backstage.js").Source} Source */

const FLAGS = /** @type {const} */ (["taken", "on_air", "signing"]);

/**
 * @param {HTMLElement} element with `data-room`, `data-whep` and `data-ice`, and a monitor with `data-slot` for each slot;
 *   `data-sound` plays their sound, `data-self` leaves out a person: the viewer
 */
export function connect(element) {
  const { room = "", whep = "", ice = "[]", self = "" } = element.dataset;
  const monitors = /** @type {HTMLElement[]} */ ([...element.querySelectorAll("[data-slot]")]);
  /** @type {(() => void)[]} */
  let unmeters = [];
  let isOccupied = false;

  const receiver = new Receiver(whep, JSON.parse(ice), monitors.length, {
    opened(slot, stream) {
      const monitor = /** @type {HTMLElement} */ (monitors[slot]);
      play(element, monitor, stream);
      unmeters.push(meterLevel(stream, /** @type {HTMLMeterElement} */ (monitor.querySelector("[data-level]"))));
    },
    closed() {
      unmeters.forEach((end) => end());
      unmeters = [];
    },
  });

  /** @param {Source[]} sources */
  function show(sources) {
    const others = sources.filter((source) => source.slot !== null && source.person !== (self || undefined));
    for (const monitor of monitors) fill(monitor, others.find((source) => source.slot === Number(monitor.dataset.slot)));
    hideAll(element, "[data-nobody]", () => others.length > 0);
    if (others.length > 0 && !isOccupied) receiver.open();
    isOccupied ||= others.length > 0;
  }

  return together(
    watch(room, "backstage", ({ sources, follows_voice }) => {
      show(sources);
      hideAll(element, "[data-follows]", ({ dataset }) => (dataset.follows === "yes") !== follows_voice);
    }),
    () => receiver.close(),
    listen(window, { pagehide: () => receiver.close() }),
    listen(element, {
      /** @param {MouseEvent} event */
      click({ target }) {
        const button = target instanceof Element && target.closest("[data-hear]");
        if (button) hear(monitors, button);
      },
    }),
  );
}

/**
 * @param {HTMLElement} element
 * @param {string} selector
 * @param {(each: HTMLElement) => boolean} isHidden
 */
function hideAll(element, selector, isHidden) {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll(selector))) each.hidden = isHidden(each);
}

/**
 * Plays the media of a slot; where the browser forbids sound before somebody asks, a button offers it.
 * @param {HTMLElement} element
 * @param {HTMLElement} monitor
 * @param {MediaStream} stream
 */
function play(element, monitor, stream) {
  const video = /** @type {HTMLVideoElement} */ (monitor.querySelector("video"));
  video.srcObject = stream;
  video.muted = element.dataset.sound === undefined;
  video.play().catch(() => {
    const unheard = /** @type {HTMLElement | null} */ (element.querySelector("[data-unheard]"));
    if (unheard && !video.muted) unheard.hidden = false;
  });
}

/**
 * @param {HTMLElement[]} monitors
 * Plays the sound of all, since somebody asked.
 * @param {Element} button is hidden then
 */
function hear(monitors, button) {
  for (const monitor of monitors) monitor.querySelector("video")?.play();
  button.parentElement?.toggleAttribute("hidden", true);
}

/**
 * @param {HTMLElement} monitor
 * @param {Source | undefined} source in this slot now
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
