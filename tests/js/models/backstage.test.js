import assert from "node:assert/strict";
import { test } from "node:test";

import { isSentOut, missing } from "../../../static/js/models/backstage.js";

const here = { person: "amara", name: "Amara", slot: 0, state: "here", on_air: false, taken: false, signing: false };

test("who is heard, shown or interprets is sent out", () => {
  assert.equal(isSentOut([here], "amara"), false);
  for (const how of ["on_air", "taken", "signing"]) assert.equal(isSentOut([{ ...here, [how]: true }], "amara"), true);
  assert.equal(isSentOut([{ ...here, on_air: true }], "ben"), false);
});

test("who has lost the stage is not sent out, whatever the producer chose", () => {
  for (const state of ["lost", "left", "arriving"]) assert.equal(isSentOut([{ ...here, state, on_air: true, taken: true }], "amara"), false);
});

test("who is to be seen and has gone is missing", () => {
  const gone = { ...here, slot: null, state: "lost" };
  assert.deepEqual(missing([{ ...gone, taken: true }, { ...gone, name: "Ben", signing: true }]), ["Amara", "Ben"]);
  assert.deepEqual(missing([{ ...gone, on_air: true }, { ...here, taken: true }]), []);
});
