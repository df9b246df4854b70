import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CALM_AFTER_MS,
  Connection,
  FIRST_TRY_WITHIN_MS,
  LONGEST_SILENCE_MS,
  READS_FIRST_MS,
  SILENCE_MS,
} from "../../../static/js/helpers/connection.js";

/** A WebSocket that does what the test says. */
class Socket extends EventTarget {
  /** @type {Socket[]} */
  static all = [];
  /** @type {string[]} */
  sent = [];
  readyState = 0;

  /** @param {string} address */
  constructor(address) {
    super();
    this.address = address;
    Socket.all.push(this);
  }

  accept() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  /** @param {string} frame */
  send(frame) {
    this.sent.push(frame);
  }

  /** @param {number} code */
  close(code) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

/** @param {import("node:test").TestContext} t */
function aConnection(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  Socket.all = [];
  /** @type {string[]} */
  const states = [];
  /** @type {string[]} */
  const heard = [];
  const ends = { heard: (/** @type {string} */ frame) => heard.push(frame), changed: (/** @type {string} */ state) => states.push(state) };
  const room = { expects: true };
  const connection = new Connection("ws://plenary.test/live", /** @type {any} */ ({ ...ends, expects: () => room.expects }), /** @type {any} */ (Socket));
  connection.open();
  return { connection, states, heard, room };
}

const last = () => /** @type {Socket} */ (Socket.all.at(-1));

test("it opens, hears and sends", (t) => {
  const { connection, states, heard } = aConnection(t);
  assert.equal(connection.send("too early"), false);
  last().accept();
  last().dispatchEvent(Object.assign(new Event("message"), { data: "hello" }));
  assert.ok(connection.send("clap"));
  assert.deepEqual([states, heard, last().sent], [["connecting", "open"], ["hello"], ["clap"]]);
});

test("it comes back after a loss, later each time", (t) => {
  const { states } = aConnection(t);
  for (let loss = 0; loss < 5; loss += 1) {
    last().close(1006);
    assert.equal(states.at(-1), "waiting");
    t.mock.timers.tick(30_000);
  }
  assert.equal(Socket.all.length, 6);
});

test("the first try after a loss is within three seconds", (t) => {
  aConnection(t);
  last().close(1012);
  t.mock.timers.tick(FIRST_TRY_WITHIN_MS);
  assert.equal(Socket.all.length, 2);
  assert.equal(FIRST_TRY_WITHIN_MS, 3_000);
});

test("it does not come back when it is told not to", (t) => {
  const { connection, states } = aConnection(t);
  last().accept();
  last().close(4502);
  t.mock.timers.tick(3_600_000);
  connection.hurry();
  assert.equal(states.at(-1), "closed");
  assert.equal(Socket.all.length, 1);
});

test("when the network is back it need not wait", (t) => {
  const { connection } = aConnection(t);
  last().close(1006);
  connection.hurry();
  assert.equal(Socket.all.length, 2);
  connection.hurry();
  t.mock.timers.tick(60_000);
  assert.equal(Socket.all.length, 2);
});

/** @param {string} data */
const told = (data) => last().dispatchEvent(Object.assign(new Event("message"), { data }));

test("a connection on which nothing is heard any more is given up, and what it still says is not heard", (t) => {
  const { states, heard } = aConnection(t);
  last().accept();
  told("welcome");
  const dead = last();
  t.mock.timers.tick(SILENCE_MS);
  t.mock.timers.tick(READS_FIRST_MS - 1);
  assert.equal(states.at(-1), "open");
  t.mock.timers.tick(1);
  assert.equal(states.at(-1), "waiting");
  dead.dispatchEvent(Object.assign(new Event("message"), { data: "late" }));
  t.mock.timers.tick(30_000);
  assert.equal(Socket.all.length, 2);
  assert.deepEqual(heard, ["welcome"]);
});

test("a connection on which something is heard now and then is kept for as long as it lasts", (t) => {
  const { states } = aConnection(t);
  last().accept();
  for (let beat = 0; beat < 20; beat += 1) {
    told("still here");
    t.mock.timers.tick(SILENCE_MS / 2);
  }
  assert.deepEqual(states, ["connecting", "open"]);
});

test("a page that no room lets in does not wait for anybody's word", (t) => {
  const { states, room } = aConnection(t);
  last().accept();
  room.expects = false;
  t.mock.timers.tick(10 * SILENCE_MS);
  assert.deepEqual(states, ["connecting", "open"]);
});

test("an opening that leads nowhere is given up", (t) => {
  const { states, room } = aConnection(t);
  room.expects = false;
  t.mock.timers.tick(SILENCE_MS);
  t.mock.timers.tick(READS_FIRST_MS);
  assert.equal(states.at(-1), "waiting");
});

test("a page that slept reads what has come before it judges", (t) => {
  const { states } = aConnection(t);
  last().accept();
  told("welcome");
  t.mock.timers.tick(SILENCE_MS);
  told("still here");
  t.mock.timers.tick(SILENCE_MS);
  assert.equal(states.at(-1), "open");
});

test("a slow line is waited for longer each time, until one has lasted", (t) => {
  const { states } = aConnection(t);
  for (const silenceMs of [SILENCE_MS, 2 * SILENCE_MS, LONGEST_SILENCE_MS, LONGEST_SILENCE_MS]) {
    last().accept();
    told("welcome");
    t.mock.timers.tick(silenceMs);
    t.mock.timers.tick(READS_FIRST_MS - 1);
    assert.equal(states.at(-1), "open");
    t.mock.timers.tick(1);
    assert.equal(states.at(-1), "waiting");
    t.mock.timers.tick(FIRST_TRY_WITHIN_MS);
  }
  last().accept();
  for (let lastsMs = 0; lastsMs <= CALM_AFTER_MS; lastsMs += SILENCE_MS) {
    told("still here");
    t.mock.timers.tick(SILENCE_MS);
  }
  t.mock.timers.tick(READS_FIRST_MS);
  assert.equal(states.at(-1), "open");
  told("still here");
  t.mock.timers.tick(SILENCE_MS);
  t.mock.timers.tick(READS_FIRST_MS);
  assert.equal(states.at(-1), "waiting");
});

test("a page that leaves closes it, and nothing comes back", (t) => {
  const { connection, states } = aConnection(t);
  last().accept();
  connection.close();
  t.mock.timers.tick(60_000);
  assert.deepEqual([states, Socket.all.length], [["connecting", "open"], 1]);
});
