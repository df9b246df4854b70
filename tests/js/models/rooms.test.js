import assert from "node:assert/strict";
import { test } from "node:test";

import { Rooms } from "../../../static/js/models/rooms.js";

const ROOM = "session:1";
/** @returns {any} */
const welcome = (seq = 5, epoch = "a", clap = 1) => ({ type: "welcome", room: ROOM, epoch, seq, topics: { reactions: { clap }, headcount: { count: 2 } } });
/** @returns {any} */
const changed = (seq = 6, clap = 2, epoch = "a") => ({ type: "changed", room: ROOM, epoch, seq, topics: { reactions: { clap } } });

test("a welcome is everything, a change is the whole of what changed", () => {
  const rooms = new Rooms();
  assert.deepEqual(rooms.take(welcome()), ["reactions", "headcount"]);
  assert.deepEqual(rooms.take(changed()), ["reactions"]);
  assert.deepEqual(rooms.state(ROOM, "reactions"), { clap: 2 });
  assert.deepEqual(rooms.state(ROOM, "headcount"), { count: 2 });
});

test("what comes twice or late changes nothing", () => {
  const rooms = new Rooms();
  rooms.take(welcome());
  rooms.take(changed(8, 4));
  assert.deepEqual(rooms.take(changed(8, 9)), []);
  assert.deepEqual(rooms.take(changed(7, 3)), []);
  assert.deepEqual(rooms.state(ROOM, "reactions"), { clap: 4 });
});

test("a gap in seq is nothing to worry about", () => {
  const rooms = new Rooms();
  rooms.take(welcome());
  assert.deepEqual(rooms.take(changed(60)), ["reactions"]);
});

test("another process counts its seq anew, and its welcome wins", () => {
  const rooms = new Rooms();
  rooms.take(welcome(100, "a", 9));
  rooms.take(welcome(0, "b", 10));
  assert.deepEqual(rooms.take(changed(101, 11, "a")), []);
  assert.deepEqual(rooms.take(changed(1, 12, "b")), ["reactions"]);
  assert.deepEqual(rooms.state(ROOM, "reactions"), { clap: 12 });
});

test("a room that was denied is forgotten, and a change in it is not heard", () => {
  const rooms = new Rooms();
  rooms.take(welcome());
  rooms.forget(ROOM);
  assert.deepEqual(rooms.take(changed()), []);
  assert.equal(rooms.state(ROOM, "reactions"), undefined);
});

test("a room that the page has left is forgotten", () => {
  const rooms = new Rooms();
  assert.equal(rooms.isInside, false);
  rooms.take(welcome());
  rooms.keep([ROOM]);
  assert.equal(rooms.isInside, true);
  rooms.keep([]);
  assert.equal(rooms.isInside, false);
  assert.equal(rooms.state(ROOM, "reactions"), undefined);
});
