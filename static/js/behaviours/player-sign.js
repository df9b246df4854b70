// The interpreter's picture in a window on the player: in step with the programme, where and as large as one likes.

import { EDGE, Feed } from "../helpers/feed.js";
import { listen, together } from "../helpers/listeners.js";
import { shelf } from "../helpers/shelf.js";
import { watch } from "../live.js";
import { correction } from "../models/in-step.js";
import { moved, nearest, next, remembered, sized } from "../models/sign-window.js";

const KEY = "plenary:sign";

/** @param {HTMLElement} element */
export function connect(element) {
  const main = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const frame = /** @type {HTMLElement} */ (element.querySelector("[data-sign-window]"));
  const video = /** @type {HTMLVideoElement} */ (frame.querySelector("video"));
  const button = /** @type {HTMLElement} */ (element.querySelector("[data-command='sign']"));
  const beside = /** @type {HTMLElement} */ (frame.querySelector("[data-sign-do='beside']"));
  const words = /** @type {HTMLElement} */ (frame.querySelector("[data-sign-words]"));
  const facts = element.dataset;
  const choice = remembered(shelf().getItem(KEY), facts.signs === "yes");
  const feed = new Feed(video, facts.signed ?? "", { opened() {}, isAtEdge: () => facts.live === "true", heights() {} });
  let isThere = facts.isSigned === "yes";

  const isShown = () => choice.on && isThere && facts.shows === "picture" && facts.idle === "false";

  function draw() {
    button.hidden = !isThere;
    button.setAttribute("aria-pressed", String(choice.on));
    frame.hidden = !isShown();
    facts.sign = isShown() ? choice.place : "";
    facts.signSize = String(choice.size);
    beside.setAttribute("aria-pressed", String(choice.place === "beside"));
  }

  /** @param {Partial<import("../models/sign-window.js").Choice>} change */
  function choose(change) {
    Object.assign(choice, change);
    shelf().setItem(KEY, JSON.stringify(choice));
    if (change.place) words.textContent = words.dataset[camel(change.place)] ?? "";
    draw();
  }

  const toggle = () => choose({ on: !choice.on });

  /** @type {Record<string, () => void>} */
  const acts = {
    larger: () => choose({ size: sized(choice.size + 1) }),
    smaller: () => choose({ size: sized(choice.size - 1) }),
    move: () => choose({ place: next(choice.place) }),
    beside: () => choose({ place: choice.place === "beside" ? "bottom-right" : "beside" }),
    close: toggle,
  };

  /**
   * Go where the programme is.
   * @param {{ mediaTime: number | null, playing: boolean }} programme
   */
  function follow({ mediaTime, playing }) {
    draw();
    if (!isShown()) return feed.close();
    if (!feed.isWanted) feed.open(facts.live === "true" ? EDGE : 0, false);
    const wanted = mediaTime === null ? null : feed.positionOf(mediaTime);
    frame.dataset.absent = String(feed.isOpen && mediaTime !== null && wanted === null);
    if (wanted === null || !playing) video.pause();
    if (wanted === null || video.seeking) return;
    const { seek, rate } = correction(video.currentTime, wanted, main.playbackRate);
    if (seek !== null) video.currentTime = seek;
    video.playbackRate = rate;
    if (!playing) return;
    if (video.paused) video.play().catch(() => {});
    feed.keep();
  }

  draw();
  return together(
    listen(element, {
      /** @param {CustomEvent<{ mediaTime: number | null, playing: boolean }>} event */
      "player:beat": ({ detail }) => follow(detail),
      /** @param {CustomEvent<string>} event */
      "player:command": ({ detail }) => detail === "sign" && isThere && toggle(),
    }),
    listen(button, { click: toggle }),
    listen(main, { pause: () => video.pause() }),
    listen(frame, {
      /** @param {MouseEvent} event */
      click(event) {
        const asked = event.target instanceof Element && event.target.closest("[data-sign-do]");
        if (asked instanceof HTMLElement) acts[asked.dataset.signDo ?? ""]?.();
      },
      /** @param {KeyboardEvent} event */
      keydown(event) {
        if (event.key.startsWith("Arrow")) choose({ place: moved(choice.place, event.key) });
        else if (event.key === "+" || event.key === "-") acts[event.key === "+" ? "larger" : "smaller"]?.();
        else return;
        event.preventDefault();
        event.stopPropagation();
      },
    }),
    draggable(frame, element, (x, y) => choose({ place: nearest(x, y) })),
    watch(`session:${facts.session}`, "air", ({ is_signed }) => {
      isThere ||= is_signed;
      draw();
    }),
    () => feed.close(),
  );
}

/**
 * Lets an element be dragged over another one.
 * @param {HTMLElement} element
 * @param {HTMLElement} ground
 * @param {(x: number, y: number) => void} dropped where its middle came to lie, as shares of the ground
 */
function draggable(element, ground, dropped) {
  /** @type {{ x: number, y: number } | null} */
  let held = null;
  return listen(element, {
    /** @param {PointerEvent} event */
    pointerdown(event) {
      if (event.target instanceof Element && event.target.closest("button")) return;
      held = { x: event.clientX, y: event.clientY };
      element.setPointerCapture(event.pointerId);
    },
    /** @param {PointerEvent} event */
    pointermove({ clientX, clientY }) {
      if (held) element.style.translate = `${clientX - held.x}px ${clientY - held.y}px`;
    },
    pointerup() {
      if (!held) return;
      held = null;
      const [{ left, top, width, height }, below] = [element.getBoundingClientRect(), ground.getBoundingClientRect()];
      const isMoved = element.style.translate !== "";
      element.style.translate = "";
      if (isMoved) dropped((left + width / 2 - below.left) / below.width, (top + height / 2 - below.top) / below.height);
    },
    pointercancel() {
      held = null;
      element.style.translate = "";
    },
  });
}

/** @param {string} name with hyphens */
const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
