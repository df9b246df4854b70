import assert from "node:assert/strict";
import { test } from "node:test";

import { SafeLight } from "../../../static/js/models/safe-light.js";

const upTo = (/** @type {number | null} */ safe_up_to, /** @type {string[]} */ ...troubles) => ({ safe_up_to, troubles });

test("it is late while nothing is kept", () => {
  const light = new SafeLight();
  assert.equal(light.state(0), "late");
  light.note(upTo(null), 0, 90_000);
  assert.equal(light.state(0), "late");
});

test("it is good while more is kept, whatever time of the day the programme has", () => {
  const light = new SafeLight();
  light.note(upTo(2_000), 50_000, 900_000);
  assert.equal(light.state(50_000), "late");
  light.note(upTo(4_000), 52_000, 902_000);
  assert.equal(light.state(62_000), "good");
});

test("it is late when the same moment is told for longer", () => {
  const light = new SafeLight();
  light.note(upTo(2_000), 50_000, 2_000);
  light.note(upTo(2_000), 58_000, 10_000);
  assert.equal(light.state(60_001), "late");
});

test("it knows at once how old the first moment is that it hears", () => {
  const light = new SafeLight();
  light.note(upTo(2_000), 50_000, 9_000);
  assert.equal(light.state(50_000), "good");
  assert.equal(light.state(53_001), "late");
});

test("a trouble is bad, however fresh", () => {
  const light = new SafeLight();
  light.note(upTo(2_000, "disk"), 50_000, 2_000);
  assert.equal(light.state(50_000), "bad");
});
