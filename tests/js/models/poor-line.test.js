import assert from "node:assert/strict";
import { test } from "node:test";

import { PoorLine } from "../../../static/js/models/poor-line.js";

test("a line that stops three times in a minute is poor", () => {
  const line = new PoorLine();
  assert.deepEqual([0, 20_000, 59_000].map((now) => line.stalls(now)), [false, false, true]);
});

test("stops that are far apart are life", () => {
  const line = new PoorLine();
  assert.deepEqual([0, 40_000, 80_000, 120_000].map((now) => line.stalls(now)), [false, false, false, false]);
});

test("what was before a choice does not count against it", () => {
  const line = new PoorLine();
  line.stalls(0);
  line.stalls(1_000);
  line.forget();
  assert.equal(line.stalls(2_000), false);
});
