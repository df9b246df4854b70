import assert from "node:assert/strict";
import { test } from "node:test";

import { Crowd, MOST_AT_ONCE } from "../../../static/js/models/crowd.js";

/** @returns {any} */
const totals = (clap = 0, love = 0) => ({ clap, love, agree: 0, laugh: 0, wow: 0, idea: 0 });

test("what was clapped before one came does not float", () => {
  assert.deepEqual(new Crowd().arrivals(totals(124, 63)), []);
});

test("what is new floats, each one", () => {
  const crowd = new Crowd();
  crowd.arrivals(totals(124));
  assert.deepEqual(crowd.arrivals(totals(126, 1)), ["clap", "clap", "love"]);
  assert.deepEqual(crowd.arrivals(totals(126, 1)), []);
});

test("my own floats once, when I tap it", () => {
  const crowd = new Crowd();
  crowd.arrivals(totals());
  crowd.drawn("clap");
  assert.deepEqual(crowd.arrivals(totals(3)), ["clap", "clap"]);
  assert.deepEqual(crowd.arrivals(totals(4)), ["clap"]);
});

test("my own that was refused hides nobody else's", () => {
  const crowd = new Crowd();
  crowd.arrivals(totals());
  crowd.drawn("clap");
  crowd.undrawn("clap");
  assert.deepEqual(crowd.arrivals(totals(1)), ["clap"]);
});

test("an ovation is felt, not drawn one by one, and the rare ones are seen", () => {
  const crowd = new Crowd();
  crowd.arrivals(totals());
  const floating = crowd.arrivals(totals(1000, 1));
  assert.ok(floating.length <= MOST_AT_ONCE + 1);
  assert.ok(floating.includes("love"));
});
