// Shows the interpreter's picture in a window on the player: in step with the programme, placed and sized by the viewer.

import { obey } from "../helpers/commands.js";
import { draggable } from "../helpers/dragging.js";
import { listen, together } from "../helpers/listeners.js";
import { SecondPicture } from "../helpers/second-picture.js";
import { shelf } from "../helpers/shelf.js";
import { watch } from "../live.js";
import { moved, nearest, next, remembered, sized } from "../models/sign-window.js";

/** @typedef {import("../models/sign-window.js").Choice} Choice */

const KEY = "plenary:sign";

/** @param {HTMLElement} element */
export function connect(element) {
  const main = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const frame = /** @type {HTMLElement} */ (element.querySelector("[data-sign-window]"));
  const facts = element.dataset;
  const choice = remembered(shelf().getItem(KEY), facts.signs === "yes");
  const picture = new SecondPicture(
    /** @type {HTMLVideoElement} */ (frame.querySelector("video")),
    facts.signed ?? "",
    () => facts.live === "true",
  );
  let isThere = facts.isSigned === "yes";

  const isShown = () => choice.on && isThere && facts.shows === "picture" && facts.idle === "false";
  const show = () => draw(element, choice, isThere, isShown());

  /** @param {Partial<Choice>} change */
  function choose(change) {
    Object.assign(choice, change);
    shelf().setItem(KEY, JSON.stringify(choice));
    if (change.anchor) say(frame, change.anchor);
    show();
  }
  const toggle = () => choose({ on: !choice.on });

  /** @param {{ mediaTime: number | null, playing: boolean }} programme */
  function follow(programme) {
    show();
    if (isShown()) frame.dataset.absent = String(!picture.follow(programme, main.playbackRate));
    else picture.close();
  }

  show();
  return together(
    obey(element, { sign: () => isThere && toggle() }),
    listen(element, { "player:beat": ({ detail }) => follow(detail) }),
    listen(main, { pause: () => picture.pause() }),
    tools(frame, choice, choose, toggle),
    draggable(frame, element, (x, y) => choose({ anchor: nearest(x, y) })),
    watch(`session:${facts.session}`, "air", ({ is_signed }) => {
      isThere ||= is_signed;
      show();
    }),
    () => picture.close(),
  );
}

/**
 * @param {HTMLElement} element
 * @param {Choice} choice
 * @param {boolean} isThere an interpreter can be seen
 * @param {boolean} isShown
 */
function draw(element, choice, isThere, isShown) {
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  const button = part("[data-command=sign]");
  button.hidden = !isThere;
  button.setAttribute("aria-pressed", String(choice.on));
  part("[data-sign-window]").hidden = !isShown;
  part("[data-sign-do=beside]").setAttribute("aria-pressed", String(choice.anchor === "beside"));
  element.dataset.sign = isShown ? choice.anchor : "";
  element.dataset.signSize = String(choice.size);
}

/**
 * Tells screen readers where the window stands now; the words are the page's.
 * @param {HTMLElement} frame
 * @param {string} anchor
 */
function say(frame, anchor) {
  const words = /** @type {HTMLElement} */ (frame.querySelector("[data-sign-words]"));
  words.textContent = words.getAttribute(`data-${anchor}`) ?? "";
}

/**
 * Wires the window's buttons and keys.
 * @param {HTMLElement} frame
 * @param {Readonly<Choice>} choice
 * @param {(change: Partial<Choice>) => void} choose
 * @param {() => void} close
 */
function tools(frame, choice, choose, close) {
  /** @type {Record<string, () => void>} */
  const acts = {
    larger: () => choose({ size: sized(choice.size + 1) }),
    smaller: () => choose({ size: sized(choice.size - 1) }),
    move: () => choose({ anchor: next(choice.anchor) }),
    beside: () => choose({ anchor: choice.anchor === "beside" ? "bottom-right" : "beside" }),
    close,
  };
  /** @type {Record<string, string>} */
  const keys = { "+": "larger", "-": "smaller" };
  return listen(frame, {
    /** @param {MouseEvent} event */
    click({ target }) {
      const button = target instanceof Element && target.closest("[data-sign-do]");
      if (button instanceof HTMLElement) acts[button.dataset.signDo ?? ""]?.();
    },
    /** @param {KeyboardEvent} event */
    keydown(event) {
      if (event.key.startsWith("Arrow")) choose({ anchor: moved(choice.anchor, event.key) });
      else if (keys[event.key]) acts[keys[event.key] ?? ""]?.();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });
}
