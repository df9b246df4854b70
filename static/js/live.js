// The one live connection of a page, for all the rooms that its elements name with `data-room`.
//
// A room that is only named by elements with `data-observed` is shown, and the viewer is not counted as being there.
// What changes is filled into the elements with that room and `data-topic`, and then told as DOM events on the document:
// `plenary:changed` {room, topic, state}, `plenary:answered` (a notice), `plenary:line` {state, code}, `plenary:welcome` {room}.
// The line's state is also the root element's `data-line`.

import { Line } from "./helpers/line.js";
import { fill } from "./helpers/slots.js";
import { Rooms } from "./models/rooms.js";
import { hello, read } from "./protocol.js";

/** @typedef {import("./protocol.js").RoomNotice} RoomNotice */
/** @typedef {import("./protocol.js").Denied} Denied */
/** @typedef {import("./protocol.js").State} State */
/** @typedef {{ state: import("./helpers/line.js").LineState, code: number }} LineNow `code` is why it closed */

const ASK_AGAIN_MS = 5_000;

const rooms = new Rooms();
/** @type {LineNow | undefined} */
let lineNow;
const line = new Line(`${location.origin.replace(/^http/, "ws")}/live`, {
  heard,
  changed: lineChanged,
  expects: () => rooms.isInside,
});

/**
 * @param {string} type
 * @param {unknown} detail
 */
const tell = (type, detail) => document.dispatchEvent(new CustomEvent(type, { detail }));

/**
 * The rooms that the page's elements name.
 * @param {string} [which] narrows the elements
 */
function roomsHere(which = "") {
  const elements = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-room]${which}`));
  return [...new Set([...elements].map((element) => element.dataset.room ?? ""))].filter(Boolean);
}

/**
 * @param {string} room
 * @param {string} topic
 * @param {ParentNode} [within]
 */
function show(room, topic, within = document) {
  const state = rooms.state(room, topic);
  if (state === undefined) return;
  for (const element of within.querySelectorAll(`[data-room="${room}"][data-topic="${topic}"]`)) fill(element, state);
}

/** @param {string} frame */
function heard(frame) {
  const notice = read(frame);
  if (notice?.type === "welcome" || notice?.type === "changed") return takeIn(notice);
  if (notice?.type === "taken" || notice?.type === "refused") return tell("plenary:answered", notice);
  if (notice?.type === "denied") return leave(notice);
}

/** @param {RoomNotice} notice */
function takeIn(notice) {
  for (const topic of rooms.take(notice)) {
    show(notice.room, topic);
    tell("plenary:changed", { room: notice.room, topic, state: rooms.state(notice.room, topic) });
  }
  if (notice.type === "welcome") tell("plenary:welcome", { room: notice.room });
}

/** @param {Denied} notice */
function leave({ room, reason }) {
  rooms.forget(room);
  if (reason === "unavailable") setTimeout(enter, ASK_AGAIN_MS * (1 + Math.random()));
}

/** Says which rooms the page is in now; those it was in already are not entered again. */
function enter() {
  const here = roomsHere(":not([data-observed])");
  const shown = roomsHere();
  rooms.keep(shown);
  line.send(hello(here, shown.filter((room) => !here.includes(room))));
}

/**
 * @param {import("./helpers/line.js").LineState} state
 * @param {number} code
 */
function lineChanged(state, code) {
  if (state === "open") enter();
  document.documentElement.dataset.line = state;
  lineNow = { state, code };
  tell("plenary:line", lineNow);
}

/**
 * Sends a command; false when the line is not open.
 * @param {string} frame
 */
export const send = (frame) => line.send(frame);

/**
 * Calls `handle` with a topic's state now, if it is known, and whenever it changes; returns what stops that.
 * @param {string} room
 * @param {string} topic
 * @param {(state: State) => void} handle
 */
export function watch(room, topic, handle) {
  const known = rooms.state(room, topic);
  if (known !== undefined) handle(known);
  /** @param {any} event */
  const changed = ({ detail }) => {
    if (detail.room === room && detail.topic === topic) handle(detail.state);
  };
  document.addEventListener("plenary:changed", changed);
  return () => document.removeEventListener("plenary:changed", changed);
}

/**
 * Calls `handle` with the line's state now, if there is a line, and whenever it changes; returns what stops that.
 * @param {(now: LineNow) => void} handle
 */
export function watchLine(handle) {
  if (lineNow) handle(lineNow);
  /** @param {any} event */
  const changed = ({ detail }) => handle(detail);
  document.addEventListener("plenary:line", changed);
  return () => document.removeEventListener("plenary:line", changed);
}

/**
 * A part of the page was drawn anew: its slots show what is known, and its rooms are entered.
 * @param {Element} part
 */
export function redrawn(part) {
  const within = part.parentElement ?? document;
  const elements = /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll("[data-room][data-topic]"));
  for (const { dataset } of elements) show(dataset.room ?? "", dataset.topic ?? "", within);
  enter();
}

/** Opens the line of a page that has rooms and a viewer who may hear of them. */
function start() {
  if (!document.body.dataset.viewer || roomsHere().length === 0) return;
  line.open();
  addEventListener("online", () => line.hurry());
  document.addEventListener("visibilitychange", () => document.hidden || line.hurry());
  addEventListener("pagehide", () => line.close());
  addEventListener("pageshow", (event) => event.persisted && line.open());
}

start();
