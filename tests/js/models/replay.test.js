import assert from "node:assert/strict";
import { test } from "node:test";

import { Replay } from "../../../static/js/models/replay.js";

/** @type {import("../../../static/js/models/replay.js").Rows} */
const ROWS = [[2, { clap: 3 }], [3, { clap: 1, love: 2 }], [40, { wow: 1 }]];

test("what the crowd did comes at its second, once", () => {
  const replay = new Replay(ROWS);
  assert.deepEqual([0.2, 1.1, 2.0, 2.9, 3.4].map((second) => replay.reach(second)), [
    [],
    [],
    [["clap", 3]],
    [],
    [["clap", 1], ["love", 2]],
  ]);
});

test("seconds that were passed together come together", () => {
  const replay = new Replay(ROWS);
  replay.reach(1);
  assert.deepEqual(replay.reach(3), [["clap", 4], ["love", 2]]);
});

test("a jump replays nothing of what it left out", () => {
  const replay = new Replay(ROWS);
  replay.reach(1);
  assert.deepEqual(replay.reach(39.5), []);
  assert.deepEqual(replay.reach(40.1), [["wow", 1]]);
  assert.deepEqual(replay.reach(1), []);
});
