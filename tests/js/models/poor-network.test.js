import assert from "node:assert/strict";
import { test } from "node:test";

import { PoorNetwork } from "../../../static/js/models/poor-network.js";

test("a network whose picture stops three times in a minute is poor", () => {
  const network = new PoorNetwork();
  assert.deepEqual([0, 20_000, 59_000].map((nowMs) => network.stalls(nowMs)), [false, false, true]);
});

test("stops that are far apart are life", () => {
  const network = new PoorNetwork();
  assert.deepEqual([0, 40_000, 80_000, 120_000].map((nowMs) => network.stalls(nowMs)), [false, false, false, false]);
});

test("what was before a choice does not count against it", () => {
  const network = new PoorNetwork();
  network.stalls(0);
  network.stalls(1_000);
  network.forget();
  assert.equal(network.stalls(2_000), false);
});
