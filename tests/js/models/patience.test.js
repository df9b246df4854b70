import assert from "node:assert/strict";
import { test } from "node:test";

import { Patience, PATIENCE_MS } from "../../../static/js/models/patience.js";

const PLAYS = { isMissing: false, isOpen: true, waitsForStage: false };
const MISSING = { ...PLAYS, isMissing: true };

test("a picture that plays is never in trouble", () => {
  const patience = new Patience(0);
  assert.deepEqual(patience.judge(10 * PATIENCE_MS, PLAYS), { isFailing: false, opensAnew: false });
});

test("a picture that is missing for a while is opened anew, and once only in that while", () => {
  const patience = new Patience(0);
  assert.deepEqual(patience.judge(PATIENCE_MS, MISSING), { isFailing: false, opensAnew: false });
  assert.deepEqual(patience.judge(PATIENCE_MS + 1, MISSING), { isFailing: true, opensAnew: true });
  assert.deepEqual(patience.judge(2 * PATIENCE_MS, MISSING), { isFailing: true, opensAnew: false });
  assert.deepEqual(patience.judge(2 * PATIENCE_MS + 2, MISSING), { isFailing: true, opensAnew: true });
});

test("a picture that comes again is waited for anew", () => {
  const patience = new Patience(0);
  patience.judge(2 * PATIENCE_MS, MISSING);
  assert.equal(patience.judge(2 * PATIENCE_MS + 1, PLAYS).isFailing, false);
  assert.equal(patience.judge(3 * PATIENCE_MS, MISSING).isFailing, false);
});

test("what has no connection is not opened anew: it is being opened", () => {
  assert.deepEqual(new Patience(0).judge(2 * PATIENCE_MS, { ...MISSING, isOpen: false }), { isFailing: true, opensAnew: false });
});

test("a stage that sends nothing new is waited for, and its last moments are not shown again", () => {
  const patience = new Patience(0);
  const silent = { ...MISSING, waitsForStage: true };
  assert.deepEqual(patience.judge(2 * PATIENCE_MS, silent), { isFailing: true, opensAnew: false });
  assert.deepEqual(patience.judge(3 * PATIENCE_MS, MISSING), { isFailing: true, opensAnew: false });
  assert.deepEqual(patience.judge(3 * PATIENCE_MS + 1, MISSING), { isFailing: true, opensAnew: true });
});
