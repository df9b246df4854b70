import assert from "node:assert/strict";
import { test } from "node:test";

import { levelOf } from "../../../static/js/helpers/sound-level.js";

/** @param {number} amplitude */
const tone = (amplitude) => Float32Array.from({ length: 2048 }, (_, n) => amplitude * Math.sin(n / 5));

test("silence is nothing, and the loudest is everything", () => {
  assert.equal(levelOf(new Float32Array(2048)), 0);
  assert.ok(levelOf(tone(1)) > 90);
});

test("half as loud is a tenth less on the meter, for ears hear so", () => {
  assert.ok(Math.abs(levelOf(tone(0.5)) - levelOf(tone(0.25)) - 10) <= 1);
});

test("what is quieter than the floor does not go below it", () => {
  assert.equal(levelOf(tone(0.0001)), 0);
});
