import assert from "node:assert/strict";
import { test } from "node:test";

import { ReactionOutbox } from "../../../static/js/helpers/reaction-outbox.js";
import { MemoryShelf } from "../../../static/js/helpers/shelf.js";

const SESSION = "3f1c2f6e-8a0b-4d39-9d2e-0c7a5b1e4f60";

/** The locks of one browser: each held by at most one page, for as long as its work lasts. */
class Locks {
  /** @type {Set<string>} */
  held = new Set();

  /**
   * @param {string} name
   * @param {any} options
   * @param {any} [work]
   */
  async request(name, options, work = options) {
    if (this.held.has(name)) return work === options ? new Promise(() => {}) : work(null);
    this.held.add(name);
    await work({ name });
    this.held.delete(name);
  }
}

/** A browser with its storage; each page has a wire of its own. */
class Browser {
  shelf = new MemoryShelf();
  /** @type {any} */
  locks = new Locks();

  open(viewer = "amara") {
    /** @type {any[]} */
    const wire = [];
    const page = new ReactionOutbox(viewer, (frame) => wire.push(JSON.parse(frame)) > 0, this.shelf, this.locks);
    return { page, wire };
  }

  /** All pages are gone, and with them their locks. */
  restart() {
    this.locks.held.clear();
  }
}

test("a reaction is asked again with its key until it is answered", () => {
  const { page, wire } = new Browser().open();
  const reaction = /** @type {any} */ (page.react(SESSION, "clap", 5));
  page.askAgain();
  assert.deepEqual(wire, [wire[0], wire[0]]);
  assert.deepEqual(page.answered(reaction), reaction);
  page.askAgain();
  assert.equal(wire.length, 2);
});

test("after a reload the page asks again for what its predecessor sent, under the old key", async () => {
  const browser = new Browser();
  const before = browser.open();
  before.page.react(SESSION, "clap", 5);
  browser.restart();
  const after = browser.open();
  after.page.adopt();
  await Promise.resolve();
  assert.deepEqual(after.wire, before.wire);
  assert.ok(after.page.answered(after.wire[0]));
  assert.equal(browser.shelf.length, 0);
});

test("a page that still lives is left its own", async () => {
  const browser = new Browser();
  browser.open().page.react(SESSION, "clap", null);
  const other = browser.open();
  await other.page.adopt();
  assert.deepEqual(other.wire, []);
});

test("of two pages only one asks for what a third left behind", async () => {
  const browser = new Browser();
  browser.open().page.react(SESSION, "clap", null);
  browser.restart();
  const [one, two] = [browser.open(), browser.open()];
  one.page.adopt();
  two.page.adopt();
  await Promise.resolve();
  assert.deepEqual([one.wire.length, two.wire.length], [1, 0]);
});

test("another person in the same browser sends none of them", async () => {
  const browser = new Browser();
  browser.open("amara").page.react(SESSION, "clap", null);
  browser.restart();
  const ben = browser.open("ben");
  await ben.page.adopt();
  assert.deepEqual(ben.wire, []);
});

test("without locks it asks all the same: the server counts a key once", async () => {
  const browser = new Browser();
  browser.locks = undefined;
  const before = browser.open();
  before.page.react(SESSION, "love", null);
  const after = browser.open();
  after.page.adopt();
  await Promise.resolve();
  assert.deepEqual(after.wire, before.wire);
});

test("too many unanswered are not sent at all", () => {
  const { page, wire } = new Browser().open();
  while (page.react(SESSION, "clap", null));
  assert.equal(wire.length, 40);
});

test("a page that stays open asks for what one that was closed beside it left behind", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const browser = new Browser();
  const closed = browser.open();
  closed.page.react(SESSION, "clap", null);
  browser.restart();
  const stays = browser.open();
  const stop = stays.page.keepAsking();
  t.mock.timers.tick(30_000);
  await Promise.resolve();
  assert.deepEqual(stays.wire, closed.wire);
  stop();
});
