import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { cardOf as cardOfRule, hasPicture, lookUp } from "../../../static/js/models/phases.js";

/** @typedef {import("../../../static/js/models/phases.js").Rule} Rule */

/** The table as a page gives it, and cases that tests/rules/test_phases.py runs through the server's look-up as well. */
const { rules, cases } = JSON.parse(readFileSync(new URL("phases.json", import.meta.url), "utf8"));

const UNSEEN = { begun: false, drained: false, finished: false, failing: false };
const SEEN = { ...UNSEEN, begun: true };

for (const [facts, phase, card] of cases) {
  test(`a session with ${Object.values(facts).join(", ")} is ${phase}`, () => {
    assert.deepEqual(lookUp(rules, facts), { phase, card });
  });
}

test("a table without an answer is an error, not a blank", () => {
  assert.throws(() => lookUp([], { state: "live", recording: "none", air: "none", source: "film" }), RangeError);
});

/**
 * @param {string} phase
 * @param {import("../../../static/js/models/phases.js").Seen} seen
 */
function cardOf(phase, seen) {
  const [, name, card] = /** @type {Rule} */ (rules.find((/** @type {Rule} */ [, name]) => name === phase));
  return cardOfRule({ phase: name, card }, seen);
}

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

test("what was sent before the stage was cleared is seen to its end", () => {
  assert.equal(cardOf("between", SEEN), null);
  assert.equal(cardOf("between", { ...SEEN, drained: true }), "between");
  assert.equal(cardOf("between", UNSEEN), "between");
  assert.ok(hasPicture("between"));
});
