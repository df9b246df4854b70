import assert from "node:assert/strict";
import { test } from "node:test";

import { waiting, written } from "../../../static/js/helpers/moments.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test("a moment is written as the clock shows it in a zone", () => {
  const moment = new Date("2022-06-28T10:20:00Z");
  assert.equal(written(moment, "time", "Europe/London"), "11:20");
  assert.equal(written(moment, "time", "Pacific/Auckland"), "22:20");
});

test("midnight is 00:00, never 24:00", () => {
  assert.equal(written(new Date("2022-06-27T23:00:00Z"), "time", "Europe/London"), "00:00");
});

test("a day is the day of the zone, written as the server writes it", () => {
  const late = new Date("2022-06-28T23:30:00Z");
  assert.equal(written(late, "day", "UTC"), "Tuesday 28 June");
  assert.equal(written(late, "day", "Europe/London"), "Wednesday 29 June");
});

test("what comes is told in the largest unit that helps", () => {
  assert.equal(waiting(14 * MINUTE), "in 14 min");
  assert.equal(waiting(HOUR + 5 * MINUTE), "in 1 h 05 min");
  assert.equal(waiting(26 * HOUR), "in 1 day");
  assert.equal(waiting(72 * HOUR), "in 3 days");
});

test("a minute that has begun still counts, and what is past is now", () => {
  assert.equal(waiting(61_000), "in 2 min");
  assert.equal(waiting(1), "in 1 min");
  assert.equal(waiting(0), "now");
  assert.equal(waiting(-HOUR), "now");
});
