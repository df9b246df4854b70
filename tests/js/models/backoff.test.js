import assert from "node:assert/strict";
import { test } from "node:test";

import { Backoff } from "../../../static/js/models/backoff.js";

test("each wait is up to twice as long as the one before, up to a quarter of a minute", () => {
  const backoff = new Backoff();
  const waits = Array.from({ length: 8 }, () => backoff.next(() => 1));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

test("no two browsers need wait alike, and none comes back at once", () => {
  assert.equal(new Backoff().next(() => 0), 250);
  assert.equal(new Backoff().next(() => 0.998), 499.5);
});

test("a crowd can be spread over the whole of a longer first wait", () => {
  const backoff = new Backoff(3_000, 0);
  assert.deepEqual([0, 0.5, 1].map((share) => new Backoff(3_000, 0).next(() => share)), [0, 1_500, 3_000]);
  assert.deepEqual([1, 1, 1, 1].map((share) => backoff.next(() => share)), [3_000, 6_000, 12_000, 15_000]);
});

test("once it works the waits are short again", () => {
  const backoff = new Backoff();
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(() => 1), 500);
});
