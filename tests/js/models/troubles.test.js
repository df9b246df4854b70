import assert from "node:assert/strict";
import { test } from "node:test";

import { deviceTrouble, refusal, unplugged } from "../../../static/js/models/troubles.js";

/** @param {string} name */
const error = (name) => Object.assign(new Error("the browser's own words"), { name });

test("a permission that was not given is told apart from a camera that is not there", () => {
  assert.match(deviceTrouble(error("NotAllowedError"), ["microphone"]), /your microphone\. Allow it/);
  assert.match(deviceTrouble(error("NotFoundError"), ["camera"]), /no camera\. Is it plugged in/);
  assert.match(deviceTrouble(error("NotReadableError"), []), /Another program/);
});

test("where the browser does not say which device it means, both are named", () => {
  assert.match(deviceTrouble(error("NotAllowedError"), []), /your camera and microphone\. Allow it/);
  assert.match(deviceTrouble(error("NotFoundError"), ["camera", "microphone"]), /no camera or microphone/);
});

test("a device that stops is named", () => {
  assert.match(unplugged("camera"), /Your camera has stopped/);
});

test("whatever else goes wrong is said kindly too", () => {
  assert.match(deviceTrouble(error("SomethingNew"), []), /choose them again/);
  assert.match(deviceTrouble("no error at all", []), /choose them again/);
});

test("a browser without H.264 need not try again", () => {
  assert.deepEqual(refusal(406, "").again, false);
  assert.match(refusal(406, "").words, /another one/);
});

test("who may not come is told so in the server's words", () => {
  assert.deepEqual(refusal(403, "Backstage is for those who speak."), { words: "Backstage is for those who speak.", again: false });
});

test("a media process that is being started is asked again", () => {
  assert.equal(refusal(503, "Picture and sound are being started again.").again, true);
  assert.equal(refusal(500, "").again, true);
});
