import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST, WatchedStretches } from "../../../static/js/models/watched-stretches.js";

/**
 * Plays from one second to another, looked at four times a second.
 * @param {WatchedStretches} watched
 * @param {{ from: number, to: number, speed?: number, since?: number }} what
 */
function play(watched, { from, to, speed = 1, since = 0 }) {
  for (let at = from; at <= to; at += 0.25 * speed) watched.at(at, speed, since + ((at - from) / speed) * 1000);
}

test("what is played on is one stretch", () => {
  const watched = new WatchedStretches();
  play(watched, { from: 10, to: 70 });
  assert.deepEqual(watched.untold(), [{ n: 1, begins: 10, ends: 70, speed: 1 }]);
});

test("a jump begins another one, forwards or back", () => {
  const watched = new WatchedStretches();
  play(watched, { from: 0, to: 5 });
  play(watched, { from: 60, to: 65, since: 5_250 });
  play(watched, { from: 2, to: 4, since: 10_500 });
  assert.deepEqual(
    watched.untold().map(({ begins, ends }) => [begins, ends]),
    [[0, 5], [60, 65], [2, 4]],
  );
});

test("another speed is another stretch", () => {
  const watched = new WatchedStretches();
  play(watched, { from: 0, to: 4 });
  play(watched, { from: 4, to: 8, speed: 2, since: 4_000 });
  assert.deepEqual(watched.untold().map(({ speed, ends }) => [speed, ends]), [[1, 4], [2, 8]]);
});

test("what is stored is told again only when it has grown", () => {
  const watched = new WatchedStretches();
  play(watched, { from: 0, to: 5 });
  const told = watched.untold();
  watched.told(told);
  assert.deepEqual(watched.untold(), []);
  watched.at(5.25, 1, 5_250);
  assert.deepEqual(watched.untold(), [{ n: 1, begins: 0, ends: 5.25, speed: 1 }]);
});

test("after a rest it is another stretch", () => {
  const watched = new WatchedStretches();
  play(watched, { from: 0, to: 5 });
  watched.rest();
  play(watched, { from: 5, to: 6, since: 60_000 });
  assert.equal(watched.untold().length, 2);
});

test("somebody who jumps about tells the newest stretches first", () => {
  const watched = new WatchedStretches();
  for (let n = 0; n < MOST + 5; n += 1) play(watched, { from: 100 * n, to: 100 * n + 1, since: 10_000 * n });
  assert.equal(watched.untold().length, MOST);
});
