import assert from "node:assert/strict";
import { test } from "node:test";

import { Following } from "../../../static/js/models/following.js";

const LIVE = { at: 100, behind: false, playing: true, held: false };

test("who stood still while others went on is taken to the live edge", () => {
  const following = new Following();
  assert.equal(following.beat(LIVE), false);
  assert.equal(following.beat({ ...LIVE, behind: true, playing: false }), false);
  assert.equal(following.isWanted, true);
  assert.equal(following.beat({ ...LIVE, behind: true }), true);
});

test("who goes back stays there, until the live edge is reached again", () => {
  const following = new Following();
  following.beat(LIVE);
  following.seek(40);
  assert.equal(following.beat({ ...LIVE, at: 40, behind: true }), false);
  assert.equal(following.isWanted, false);
  following.beat({ ...LIVE, at: 130 });
  assert.equal(following.isWanted, true);
});

test("who stops goes on from there", () => {
  const following = new Following();
  following.beat(LIVE);
  following.beat({ ...LIVE, behind: true, playing: false, held: true });
  assert.equal(following.beat({ ...LIVE, behind: true }), false);
});

test("a step past a gap, and a source that begins anew, are nobody's choice", () => {
  const following = new Following();
  following.beat(LIVE);
  following.seek(99.5);
  following.reset();
  following.seek(0);
  assert.equal(following.isWanted, true);
});
