import assert from "node:assert/strict";
import { test } from "node:test";

import { moved, nearest, next, remembered, sized } from "../../../static/js/models/sign-window.js";

test("at first it is on for those who stated the need, and off for others", () => {
  assert.deepEqual(remembered(null, true), { on: true, anchor: "bottom-right", size: 2 });
  assert.equal(remembered(null, false).on, false);
});

test("what was chosen counts more than what was stated", () => {
  const kept = JSON.stringify({ on: false, anchor: "beside", size: 3 });
  assert.deepEqual(remembered(kept, true), { on: false, anchor: "beside", size: 3 });
});

test("what cannot be understood is as at first", () => {
  for (const kept of ["", "null", "[1]", '{"on":"yes","anchor":"ceiling","size":1.5}', "{"]) {
    assert.deepEqual(remembered(kept, false), { on: false, anchor: "bottom-right", size: 2 });
  }
  assert.equal(remembered('{"size":99}', false).size, 3);
});

test("arrows move it from corner to corner, and over the right edge beside the picture", () => {
  assert.equal(moved("bottom-right", "ArrowUp"), "top-right");
  assert.equal(moved("top-right", "ArrowLeft"), "top-left");
  assert.equal(moved("top-right", "ArrowRight"), "beside");
  assert.equal(moved("beside", "ArrowLeft"), "bottom-right");
  assert.equal(moved("beside", "ArrowUp"), "beside");
});

test("one button takes it round the picture", () => {
  const anchors = ["top-left"];
  for (let turn = 0; turn < 4; turn += 1) anchors.push(next(anchors.at(-1)));
  assert.deepEqual(anchors, ["top-left", "top-right", "bottom-right", "bottom-left", "top-left"]);
  assert.equal(next("beside"), "top-left");
});

test("where it is dropped, the nearest corner has it", () => {
  assert.equal(nearest(0.2, 0.9), "bottom-left");
  assert.equal(nearest(1.3, -0.1), "top-right");
});

test("it has a smallest and a largest size", () => assert.deepEqual([sized(0), sized(2), sized(9)], [1, 2, 3]));
