import assert from "node:assert/strict";
import { test } from "node:test";

import { asText, valueAt } from "../../../static/js/helpers/slots.js";

test("a path leads into the state, or to nothing", () => {
  const state = { totals: { clap: 124 }, text: null };
  assert.equal(valueAt(state, "totals.clap"), 124);
  assert.equal(valueAt(state, "totals.love"), undefined);
  assert.equal(valueAt(state, "text.length"), undefined);
  assert.equal(valueAt(state, "no.such.thing"), undefined);
});

test("numbers are written as people read them, and nothing as nothing", () => {
  assert.equal(asText(4451), "4,451");
  assert.equal(asText(0), "0");
  assert.equal(asText(null), "");
  assert.equal(asText("<b>"), "<b>");
});
