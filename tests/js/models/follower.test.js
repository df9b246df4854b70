import assert from "node:assert/strict";
import { test } from "node:test";

import { Follower } from "../../../static/js/models/follower.js";

const LIVE = { position: 100, behind: false, playing: true, held: false };

test("who stood still while others went on is taken to the live edge", () => {
  const follower = new Follower();
  assert.equal(follower.beat(LIVE), false);
  assert.equal(follower.beat({ ...LIVE, behind: true, playing: false }), false);
  assert.equal(follower.isWanted, true);
  assert.equal(follower.beat({ ...LIVE, behind: true }), true);
});

test("who goes back stays there, until the live edge is reached again", () => {
  const follower = new Follower();
  follower.beat(LIVE);
  follower.seek(40);
  assert.equal(follower.beat({ ...LIVE, position: 40, behind: true }), false);
  assert.equal(follower.isWanted, false);
  follower.beat({ ...LIVE, position: 130 });
  assert.equal(follower.isWanted, true);
});

test("who stops goes on from there", () => {
  const follower = new Follower();
  follower.beat(LIVE);
  follower.beat({ ...LIVE, behind: true, playing: false, held: true });
  assert.equal(follower.beat({ ...LIVE, behind: true }), false);
});

test("a step past a gap, and a source that begins anew, are nobody's choice", () => {
  const follower = new Follower();
  follower.beat(LIVE);
  follower.seek(99.5);
  follower.reset();
  follower.seek(0);
  assert.equal(follower.isWanted, true);
});
