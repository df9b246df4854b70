import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Playback } from "../../../static/js/models/playback.js";

const { rules } = JSON.parse(readFileSync(new URL("phases.json", import.meta.url), "utf8"));
const LIVE = { state: "live", recording: "none", air: "on-air", source: "stage" };

const playing = () => {
  const playback = new Playback(rules, { ...LIVE });
  playback.play();
  return playback;
};

test("a live session shows its picture from the first one on", () => {
  const playback = new Playback(rules, { ...LIVE });
  assert.equal(playback.card, "starting");
  playback.load();
  assert.equal(playback.card, null);
});

test("a pause is shown once what was sent before it has been seen, and gone when the session goes on", () => {
  const playback = playing();
  playback.follow({ state: "paused" });
  assert.equal(playback.card, null);
  playback.drain();
  assert.equal(playback.card, "paused");
  playback.follow({ state: "live" });
  assert.equal(playback.card, null);
  playback.follow({ state: "paused" });
  assert.equal(playback.card, null);
});

test("a stage that is cleared is seen to its end, and halts what is missing", () => {
  const playback = playing();
  playback.follow({ air: "clear" });
  assert.ok(playback.isHalted);
  playback.drain();
  assert.equal(playback.card, "between");
});

test("a withdrawn recording begins anew when it is open again", () => {
  const playback = playing();
  playback.follow({ state: "ended", recording: "withdrawn" });
  assert.equal(playback.hasPicture, false);
  playback.follow({ recording: "ready" });
  assert.equal(playback.card, "over");
});

test("a recording that was seen to its end can be gone back in", () => {
  const playback = playing();
  playback.follow({ state: "ended", recording: "open" });
  playback.finish();
  assert.equal(playback.card, "finished");
  playback.rewind();
  assert.equal(playback.card, null);
});

test("trouble is news once, and gone once", () => {
  const playback = playing();
  assert.deepEqual([true, true, false, false].map((failing) => playback.fail(failing)), [true, false, true, false]);
});

test("what does not come after the end is not waited for", () => {
  const playback = playing();
  playback.follow({ state: "ended" });
  assert.equal(playback.card, null);
  playback.fail(true);
  assert.equal(playback.card, "over");
});

test("a recording of an event whose recordings are closed stays closed, though its room calls it open", () => {
  const playback = new Playback(rules, { ...LIVE, state: "ended", recording: "closed" });
  playback.follow({ state: "ended", recording: "open" });
  assert.equal(playback.phase, "over");
  playback.follow({ recording: "withdrawn" });
  assert.equal(playback.phase, "withdrawn");
});
