import assert from "node:assert/strict";
import { test } from "node:test";

import { agrees } from "../../../static/js/models/agreement.js";

test("what was drawn is compared, and nothing else", () => {
  assert.ok(agrees({ state: "live" }, { state: "live", started_at: 5 }));
  assert.ok(!agrees({ state: "scheduled" }, { state: "live", started_at: 5 }));
});

test("lists agree item by item", () => {
  const state = { sessions: [{ id: 1, state: "live" }, { id: 2, state: "scheduled" }] };
  assert.ok(agrees({ sessions: [{ state: "live" }, { state: "scheduled" }] }, state));
  assert.ok(!agrees({ sessions: [{ state: "live" }] }, state));
  assert.ok(!agrees({ sessions: [{ state: "ended" }, { state: "scheduled" }] }, state));
});

test("nothing agrees with nothing", () => {
  assert.ok(agrees(null, null));
  assert.ok(!agrees({ text: "Lunch" }, null));
  assert.ok(!agrees([], undefined));
});
