import assert from "node:assert/strict";
import { test } from "node:test";

import { Line } from "../../../static/js/helpers/line.js";

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
function aLine(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  Socket.all = [];
  /** @type {string[]} */
  const states = [];
  /** @type {string[]} */
  const heard = [];
  const ends = { heard: (/** @type {string} */ frame) => heard.push(frame), changed: (/** @type {string} */ state) => states.push(state) };
  const line = new Line("ws://plenary.test/live", /** @type {any} */ (ends), /** @type {any} */ (Socket));
  line.open();
  return { line, states, heard };
}

const last = () => /** @type {Socket} */ (Socket.all.at(-1));

test("it opens, hears and sends", (t) => {
  const { line, states, heard } = aLine(t);
  assert.equal(line.send("too early"), false);
  last().accept();
  last().dispatchEvent(Object.assign(new Event("message"), { data: "hello" }));
  assert.ok(line.send("clap"));
  assert.deepEqual([states, heard, last().sent], [["connecting", "open"], ["hello"], ["clap"]]);
});

test("it comes back after a loss, later each time", (t) => {
  const { states } = aLine(t);
  for (let loss = 0; loss < 5; loss += 1) {
    last().close(1006);
    assert.equal(states.at(-1), "waiting");
    t.mock.timers.tick(30_000);
  }
  assert.equal(Socket.all.length, 6);
});

test("it does not come back when it is told not to", (t) => {
  const { line, states } = aLine(t);
  last().accept();
  last().close(4502);
  t.mock.timers.tick(3_600_000);
  line.hurry();
  assert.equal(states.at(-1), "closed");
  assert.equal(Socket.all.length, 1);
});

test("when the network is back it need not wait", (t) => {
  const { line } = aLine(t);
  last().close(1006);
  line.hurry();
  assert.equal(Socket.all.length, 2);
  line.hurry();
  t.mock.timers.tick(60_000);
  assert.equal(Socket.all.length, 2);
});

test("a page that leaves closes it, and nothing comes back", (t) => {
  const { line, states } = aLine(t);
  last().accept();
  line.close();
  t.mock.timers.tick(60_000);
  assert.deepEqual([states, Socket.all.length], [["connecting", "open"], 1]);
});
