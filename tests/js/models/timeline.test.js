import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, isAtEdge, lastSecond, positionWords, spoken, within } from "../../../static/js/models/timeline.js";

test("a position is written as on a clock", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(65.9), "1:05");
  assert.equal(clock(3845), "1:04:05");
  assert.equal(clock(-3), "0:00");
});

test("a position is spoken in words", () => {
  assert.equal(spoken(0), "the start");
  assert.equal(spoken(61), "1 minute 1 second");
  assert.equal(spoken(7325), "2 hours 2 minutes 5 seconds");
  assert.equal(spoken(120), "2 minutes");
});

test("nobody can be taken beyond either end", () => {
  assert.equal(within(-4, 100), 0);
  assert.equal(within(104, 100), 100);
  assert.equal(within(50, 100), 50);
  assert.equal(within(50, 0), 0);
});

test("a few seconds behind is live, a quarter of a minute is not", () => {
  assert.equal(isAtEdge(95, 100), true);
  assert.equal(isAtEdge(102, 100), true);
  assert.equal(isAtEdge(84, 100), false);
});

test("what can be reached ends at the live edge, else at the end, once that is known", () => {
  assert.equal(lastSecond(true, 90, Infinity), 90);
  assert.equal(lastSecond(false, 0, 100), 100);
  assert.equal(lastSecond(false, 0, NaN), 0);
});

test("a position is told from the start of a recording, and from the live edge of what is live", () => {
  assert.deepEqual(positionWords(65, 125, "recorded"), { written: "1:05 / 2:05", spoken: "1 minute 5 seconds" });
  assert.deepEqual(positionWords(65, 125, "behind"), { written: "−1:00", spoken: "1 minute behind" });
  assert.deepEqual(positionWords(120, 125, "live"), { written: "", spoken: "live" });
});
