import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST, Watching } from "../../../static/js/models/watching.js";

/**
 * Plays from one second to another, looked at four times a second.
 * @param {Watching} watching
 * @param {{ from: number, to: number, speed?: number, since?: number }} what
 */
function play(watching, { from, to, speed = 1, since = 0 }) {
  for (let at = from; at <= to; at += 0.25 * speed) watching.at(at, speed, since + ((at - from) / speed) * 1000);
}

test("what is played on is one stretch", () => {
  const watching = new Watching();
  play(watching, { from: 10, to: 70 });
  assert.deepEqual(watching.untold(), [{ n: 1, begins: 10, ends: 70, speed: 1 }]);
});

test("a jump begins another one, forwards or back", () => {
  const watching = new Watching();
  play(watching, { from: 0, to: 5 });
  play(watching, { from: 60, to: 65, since: 5_250 });
  play(watching, { from: 2, to: 4, since: 10_500 });
  assert.deepEqual(
    watching.untold().map(({ begins, ends }) => [begins, ends]),
    [[0, 5], [60, 65], [2, 4]],
  );
});

test("another speed is another stretch", () => {
  const watching = new Watching();
  play(watching, { from: 0, to: 4 });
  play(watching, { from: 4, to: 8, speed: 2, since: 4_000 });
  assert.deepEqual(watching.untold().map(({ speed, ends }) => [speed, ends]), [[1, 4], [2, 8]]);
});

test("what is stored is told again only when it has grown", () => {
  const watching = new Watching();
  play(watching, { from: 0, to: 5 });
  const told = watching.untold();
  watching.told(told);
  assert.deepEqual(watching.untold(), []);
  watching.at(5.25, 1, 5_250);
  assert.deepEqual(watching.untold(), [{ n: 1, begins: 0, ends: 5.25, speed: 1 }]);
});

test("after a rest it is another stretch", () => {
  const watching = new Watching();
  play(watching, { from: 0, to: 5 });
  watching.rest();
  play(watching, { from: 5, to: 6, since: 60_000 });
  assert.equal(watching.untold().length, 2);
});

test("somebody who jumps about tells the newest stretches first", () => {
  const watching = new Watching();
  for (let n = 0; n < MOST + 5; n += 1) play(watching, { from: 100 * n, to: 100 * n + 1, since: 10_000 * n });
  assert.equal(watching.untold().length, MOST);
});
