import assert from "node:assert/strict";
import { test } from "node:test";

import { MemoryShelf } from "../../../static/js/helpers/shelf.js";
import { LIMIT, UnansweredReactions, sendersLeft } from "../../../static/js/models/unanswered-reactions.js";

const NOON = Date.now();
const DAY_MS = 24 * 60 * 60 * 1000;
/** @returns {any} */
const clap = (n = 1, sender = "aa") => ({ session: "s", sender, n, emoji: "clap", at: null });

test("what is not answered is there after a reload", () => {
  const shelf = new MemoryShelf();
  new UnansweredReactions(shelf, "amara", "aa").add(clap(), NOON);
  assert.deepEqual(new UnansweredReactions(shelf, "amara", "aa").all, [clap()]);
});

test("what is answered is kept no longer, and an empty list leaves nothing behind", () => {
  const shelf = new MemoryShelf();
  const list = new UnansweredReactions(shelf, "amara", "aa");
  list.add(clap(1), NOON);
  list.add(clap(2), NOON);
  assert.deepEqual(list.answer("aa", 1, NOON), clap(1));
  assert.deepEqual(new UnansweredReactions(shelf, "amara", "aa").all, [clap(2)]);
  list.answer("aa", 2, NOON);
  assert.equal(shelf.length, 0);
});

test("an answer to somebody else's reaction is nothing of ours", () => {
  const list = new UnansweredReactions(new MemoryShelf(), "amara", "aa");
  list.add(clap(), NOON);
  assert.equal(list.answer("bb", 1, NOON), undefined);
  assert.equal(list.all.length, 1);
});

test("there is a bound", () => {
  const list = new UnansweredReactions(new MemoryShelf(), "amara", "aa");
  for (let n = 1; n <= LIMIT; n += 1) assert.ok(list.add(clap(n), NOON));
  assert.equal(list.add(clap(LIMIT + 1), NOON), false);
});

test("lists that other pages left are found, but not another person's and not this page's own", () => {
  const shelf = new MemoryShelf();
  new UnansweredReactions(shelf, "amara", "aa").add(clap(1, "aa"), NOON);
  new UnansweredReactions(shelf, "amara", "bb").add(clap(1, "bb"), NOON);
  new UnansweredReactions(shelf, "ben", "cc").add(clap(1, "cc"), NOON);
  assert.deepEqual(sendersLeft(shelf, "amara", "aa", NOON), ["bb"]);
});

test("what is a day old or broken is thrown away", () => {
  const shelf = new MemoryShelf();
  new UnansweredReactions(shelf, "amara", "bb").add(clap(1, "bb"), NOON - DAY_MS);
  shelf.setItem("plenary:unanswered:amara:cc", "{");
  assert.deepEqual(sendersLeft(shelf, "amara", "aa", NOON), []);
  assert.equal(shelf.length, 0);
});

test("a storage that is full does not lose what is on the page", () => {
  const shelf = new MemoryShelf();
  shelf.setItem = () => {
    throw new Error("full");
  };
  const list = new UnansweredReactions(shelf, "amara", "aa");
  assert.ok(list.add(clap(), NOON));
  assert.equal(list.all.length, 1);
});
