// The one live connection of a page, for all the rooms that its elements name with `data-room`.
//
// A room that only elements with `data-observed` name is shown, and the viewer does not count as present in it. A new state
// is filled into the elements with its room and `data-topic`, and then told by DOM events on the document:
// `plenary:changed` {room, topic, state}, `plenary:answered` (a notice), `plenary:connection` {state, code},
// `plenary:welcome` {room}. The connection's state is also the root element's `data-connection`.

import { Connection } from "./helpers/connection.js";
import { fill } from "./helpers/slots.js";
import { Rooms } from "./models/rooms.js";
import { hello, read } from "./protocol.js";

/** @typedef {import("./protocol.js").RoomNotice} RoomNotice */
/** @typedef {import("./protocol.js").Denied} Denied */
/** @typedef {import("./protocol.js").State} State */
/** @typedef {import("./protocol.js").Topics} Topics */
/** @typedef {{ state: import("./helpers/connection.js").ConnectionState, code: number }} ConnectionNow with its close code */

const ASK_AGAIN_MS = 5_000;

const rooms = new Rooms();
/** @type {ConnectionNow | undefined} */
let connectionNow;
const connection = new Connection(`${location.origin.replace(/^http/, "ws")}/live`, {
  heard,
  changed: connectionChanged,
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

/** Tells the server which rooms the page is in now; it enters none of them twice. */
function enter() {
  const here = roomsHere(":not([data-observed])");
  const shown = roomsHere();
  rooms.keep(shown);
  connection.send(hello(here, shown.filter((room) => !here.includes(room))));
}

/**
 * @param {import("./helpers/connection.js").ConnectionState} state
 * @param {number} code
 */
function connectionChanged(state, code) {
  if (state === "open") enter();
  document.documentElement.dataset.connection = state;
  connectionNow = { state, code };
  tell("plenary:connection", connectionNow);
}

/**
 * Sends a command; false when the connection is not open.
 * @param {string} frame
 */
export const send = (frame) => connection.send(frame);

/**
 * Calls `handle` with a topic's state, if it is known, and at each change; returns a function that stops it.
 * @template {keyof Topics} Name
 * @param {string} room
 * @param {Name} topic
 * @param {(state: Topics[Name]) => void} handle
 */
export function watch(room, topic, handle) {
  const known = rooms.state(room, topic);
  if (known !== undefined) handle(/** @type {Topics[Name]} */ (known));
  /** @param {any} event */
  const changed = ({ detail }) => {
    if (detail.room === room && detail.topic === topic) handle(detail.state);
  };
  document.addEventListener("plenary:changed", changed);
  return () => document.removeEventListener("plenary:changed", changed);
}

/**
 * Calls `handle` with the connection's state, if there is one, and at each change; returns a function that stops it.
 * @param {(now: ConnectionNow) => void} handle
 */
export function watchConnection(handle) {
  if (connectionNow) handle(connectionNow);
  /** @param {any} event */
  const changed = ({ detail }) => handle(detail);
  document.addEventListener("plenary:connection", changed);
  return () => document.removeEventListener("plenary:connection", changed);
}

/**
 * Takes in a part of the page that was drawn anew: fills its slots and enters its rooms.
 * @param {Element} part
 */
export function redrawn(part) {
  const within = part.parentElement ?? document;
  const elements = /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll("[data-room][data-topic]"));
  for (const { dataset } of elements) show(dataset.room ?? "", dataset.topic ?? "", within);
  enter();
}

/** Opens the connection of a page that has rooms and a viewer. */
function start() {
  if (!document.body.dataset.viewer || roomsHere().length === 0) return;
  connection.open();
  addEventListener("online", () => connection.hurry());
  document.addEventListener("visibilitychange", () => document.hidden || connection.hurry());
  addEventListener("pagehide", () => connection.close());
  addEventListener("pageshow", (event) => event.persisted && connection.open());
}

start();
