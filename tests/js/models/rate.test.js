import assert from "node:assert/strict";
import { test } from "node:test";

import { Rate } from "../../../static/js/models/rate.js";

const NOON = 1_782_820_800_000;
const SECOND = 1000;

test("what came before the page was opened is taken to have come evenly", () => {
  const rate = new Rate(NOON, 100, 30);
  assert.equal(rate.lastMinute(NOON), 30);
  assert.equal(rate.lastMinute(NOON + 30 * SECOND), 15);
  assert.equal(rate.lastMinute(NOON + 60 * SECOND), 0);
});

test("a burst counts for a minute and then no more", () => {
  const rate = new Rate(NOON, 0, 0);
  rate.note(NOON + 9 * SECOND, 0);
  rate.note(NOON + 10 * SECOND, 50);
  assert.equal(rate.lastMinute(NOON + 10 * SECOND), 50);
  assert.equal(rate.lastMinute(NOON + 69 * SECOND), 50);
  assert.equal(rate.lastMinute(NOON + 70 * SECOND), 0);
});

test("an old total that arrives late takes nothing back", () => {
  const rate = new Rate(NOON, 10, 0);
  rate.note(NOON + SECOND, 14);
  rate.note(NOON + 2 * SECOND, 12);
  assert.equal(rate.lastMinute(NOON + 2 * SECOND), 4);
});
