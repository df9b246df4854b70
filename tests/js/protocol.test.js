import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { comesBack, hello, playing, reactionSend, read } from "../../static/js/protocol.js";

const WIRE = new URL("../wire/", import.meta.url);
/** @param {string} name */
const sample = (name) => readFileSync(new URL(`${name}.json`, WIRE), "utf8");
const COMMANDS = ["hello", "reaction.send", "playing"];
const NOTICES = readdirSync(WIRE)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""))
  .filter((name) => !COMMANDS.includes(name));

for (const name of NOTICES) {
  test(`a sample ${name} is read`, () => {
    assert.deepEqual(read(sample(name)), JSON.parse(sample(name)));
  });

  test(`a ${name} without one of its fields is not`, () => {
    for (const field of Object.keys(JSON.parse(sample(name))).filter((field) => field !== "type")) {
      const { [field]: _, ...rest } = JSON.parse(sample(name));
      assert.throws(() => read(JSON.stringify(rest)), TypeError);
    }
  });
}

test("every command is spelled as its sample", () => {
  const { rooms, observed } = JSON.parse(sample("hello"));
  assert.deepEqual(JSON.parse(hello(rooms, observed)), JSON.parse(sample("hello")));
  const reaction = JSON.parse(sample("reaction.send"));
  assert.deepEqual(JSON.parse(reactionSend(reaction)), reaction);
  const told = JSON.parse(sample("playing"));
  assert.deepEqual(JSON.parse(playing(told.room, told.playing)), told);
});

test("a notice of a newer server is passed over", () => {
  assert.equal(read('{"type":"poll.opened","room":"x"}'), null);
});

test("a page comes back after a restart and after 4000 to 4499, and not after 4500 to 4999", () => {
  assert.deepEqual([1006, 1012, 4001, 4499, 4500, 4502, 4999].map(comesBack), [true, true, true, true, false, false, false]);
});
