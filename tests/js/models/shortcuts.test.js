import assert from "node:assert/strict";
import { test } from "node:test";

import { commandOf } from "../../../static/js/models/shortcuts.js";

/** @param {string} key */
const press = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

test("each key has its command, capital or not", () => {
  assert.equal(commandOf(press(" "), ""), "play");
  assert.equal(commandOf(press("k"), ""), "play");
  assert.equal(commandOf(press("M"), ""), "mute");
  assert.equal(commandOf(press("c"), ""), "captions");
  assert.equal(commandOf(press("f"), ""), "full-screen");
  assert.equal(commandOf(press("ArrowLeft"), ""), "back");
  assert.equal(commandOf(press("ArrowUp"), ""), "louder");
});

test("the reactions' keys are theirs", () => {
  for (const key of "123456") assert.equal(commandOf(press(key), ""), null);
});

test("nothing is taken from who types, nor from the browser's own keys", () => {
  for (const key of [" ", "k", "m", "ArrowLeft"]) assert.equal(commandOf(press(key), "typing"), null);
  assert.equal(commandOf(press("f", { ctrlKey: true }), ""), null);
  assert.equal(commandOf(press("c", { metaKey: true }), ""), null);
});

test("a button keeps space, a slider keeps its arrows", () => {
  assert.equal(commandOf(press(" "), "button"), null);
  assert.equal(commandOf(press("k"), "button"), "play");
  assert.equal(commandOf(press("ArrowRight"), "range"), null);
  assert.equal(commandOf(press("m"), "range"), "mute");
});

test("other keys do nothing", () => {
  assert.equal(commandOf(press("x"), ""), null);
  assert.equal(commandOf(press("Escape"), ""), null);
  assert.equal(commandOf(press("toString"), ""), null);
});
