import assert from "node:assert/strict";
import { test } from "node:test";

import { cardOf, hasPicture, phaseOf } from "../../../static/js/models/programme.js";

const UNSEEN = { begun: false, drained: false, finished: false, failing: false };
const SEEN = { ...UNSEEN, begun: true };

/** @type {[string, string, string][]} */
const PHASES = [
  ["scheduled", "none", "waiting"],
  ["live", "none", "running"],
  ["paused", "none", "paused"],
  ["cancelled", "none", "cancelled"],
  ["ended", "open", "on-demand"],
  ["ended", "ready", "over"],
  ["ended", "closed", "over"],
  ["ended", "none", "over"],
  ["ended", "withdrawn", "withdrawn"],
];

for (const [state, recording, phase] of PHASES) {
  test(`a session that is ${state} with its recording ${recording} is ${phase}`, () => {
    assert.equal(phaseOf({ state, recording }, true), phase);
  });
}

test("a session without a film has nothing to show, but waits and is cancelled like any other", () => {
  assert.equal(phaseOf({ state: "live", recording: "none" }, false), "nothing");
  assert.equal(phaseOf({ state: "ended", recording: "none" }, false), "nothing");
  assert.equal(phaseOf({ state: "scheduled", recording: "none" }, false), "waiting");
  assert.equal(phaseOf({ state: "cancelled", recording: "none" }, false), "cancelled");
});

test("a live session shows that it is coming, then its picture", () => {
  assert.equal(cardOf("running", UNSEEN), "starting");
  assert.equal(cardOf("running", SEEN), null);
  assert.equal(cardOf("running", { ...SEEN, failing: true }), "failing");
});

test("a pause is shown when what was sent before it has been seen", () => {
  assert.equal(cardOf("paused", SEEN), null);
  assert.equal(cardOf("paused", { ...SEEN, drained: true }), "paused");
  assert.equal(cardOf("paused", UNSEEN), "paused");
});

test("nobody is cut off by the end", () => {
  assert.equal(cardOf("over", SEEN), null);
  assert.equal(cardOf("over", { ...SEEN, finished: true }), "over");
  assert.equal(cardOf("on-demand", SEEN), null);
  assert.equal(cardOf("on-demand", { ...SEEN, finished: true }), "finished");
});

test("a recording waits with its own picture", () => {
  assert.equal(cardOf("on-demand", UNSEEN), null);
});

test("what cannot be played shows its card, whatever was seen before", () => {
  for (const phase of /** @type {const} */ (["waiting", "cancelled", "withdrawn", "nothing"])) {
    assert.equal(cardOf(phase, SEEN), phase);
    assert.equal(hasPicture(phase), false);
  }
});

test("a live session whose stage is not on air has a card until it is", () => {
  for (const air of ["standby", "countdown", "clear"]) {
    assert.equal(phaseOf({ state: "live", recording: "none", air }, true), "between");
  }
  assert.equal(phaseOf({ state: "live", recording: "none", air: "on-air" }, true), "running");
  assert.equal(phaseOf({ state: "live", recording: "none", air: "none" }, true), "running");
  assert.equal(phaseOf({ state: "ended", recording: "open", air: "clear" }, true), "on-demand");
});

test("what was sent before the stage was cleared is seen to its end", () => {
  assert.equal(cardOf("between", SEEN), null);
  assert.equal(cardOf("between", { ...SEEN, drained: true }), "between");
  assert.equal(cardOf("between", UNSEEN), "between");
  assert.ok(hasPicture("between"));
});
