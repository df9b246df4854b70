import assert from "node:assert/strict";
import { test } from "node:test";

import { Credits } from "../../../static/js/models/credits.js";

const NOON = 1_782_820_800_000;

test("ten at once, then none", () => {
  const credits = new Credits();
  const taken = Array.from({ length: 12 }, () => credits.spend(NOON));
  assert.equal(taken.filter(Boolean).length, 10);
});

test("two come back each second, and never more than ten", () => {
  const credits = new Credits();
  while (credits.spend(NOON));
  assert.deepEqual([credits.spend(NOON + 1000), credits.spend(NOON + 1000), credits.spend(NOON + 1000)], [true, true, false]);
  const later = Array.from({ length: 12 }, () => credits.spend(NOON + 3_600_000));
  assert.equal(later.filter(Boolean).length, 10);
});

test("a clock that is set back takes nothing away", () => {
  const credits = new Credits();
  credits.spend(NOON);
  assert.equal(credits.spend(NOON - 60_000), true);
});
