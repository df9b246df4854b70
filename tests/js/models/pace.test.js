import assert from "node:assert/strict";
import { test } from "node:test";

import { pace } from "../../../static/js/models/pace.js";

test("who is late hurries until in time", () => {
  assert.equal(pace(0.3, 2, false), 1);
  assert.ok(pace(0.5, 2, false) > 1);
  assert.ok(pace(0.3, 2, true) > 1);
  assert.equal(pace(0.05, 2, true), 1);
});

test("nobody hurries into what has not come yet", () => {
  assert.equal(pace(1, 0.4, true), 1);
});

test("who went back on purpose watches at the usual speed", () => {
  assert.equal(pace(20, 20, false), 1);
  assert.equal(pace(20, 20, true), 1);
});
