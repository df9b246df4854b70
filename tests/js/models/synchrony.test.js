import assert from "node:assert/strict";
import { test } from "node:test";

import { correction } from "../../../static/js/models/synchrony.js";

test("what is far off is jumped to", () => {
  assert.deepEqual(correction(3, 10, 1), { seek: 10, rate: 1 });
  assert.deepEqual(correction(10, 3, 1.5), { seek: 3, rate: 1.5 });
});

test("what is in step is left alone, at the speed of the main picture", () => {
  assert.deepEqual(correction(10, 10.04, 2), { seek: null, rate: 2 });
});

test("a little late runs faster, a little early waits", () => {
  assert.ok(correction(10, 10.3, 1).rate > 1.2);
  assert.ok(correction(10, 9.7, 1).rate < 0.8);
});

test("a drifted picture is in step within seconds, at any speed", () => {
  for (const rate of [0.75, 1, 2]) {
    let [at, wanted] = [9.1, 10];
    for (let beat = 0; beat < 20; beat += 1) {
      at += 0.25 * correction(at, wanted, rate).rate;
      wanted += 0.25 * rate;
    }
    assert.ok(Math.abs(wanted - at) < 0.1, String(wanted - at));
  }
});
