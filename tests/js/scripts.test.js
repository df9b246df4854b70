// The rules that every script of a page keeps: who may import whom, what a model may know, and what a behaviour lets go of.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const SCRIPTS = new URL("../../static/js/", import.meta.url);
const TEMPLATES = new URL("../../templates/", import.meta.url);
const MOST_LINES = 60;

/** What scripts of a folder may import, as folders and modules; a behaviour never imports another one. */
const MAY_IMPORT = {
  behaviours: ["helpers", "models", "applause.js", "live.js", "protocol.js"],
  helpers: ["helpers", "models", "protocol.js", "hls.js"],
  models: ["models"],
};

/** What belongs to a page or its clock: a model is told what it needs of either. */
const OF_A_PAGE =
  /\b(document|window|navigator|location|localStorage|sessionStorage|fetch|setTimeout|setInterval|querySelector\w*|dispatchEvent|addEventListener|Date\.now|performance\.now)\b|\bHTML\w*Element\b/;

/** @param {string} folder */
const scriptsOf = (folder) =>
  readdirSync(new URL(`${folder}/`, SCRIPTS)).map((name) => ({ name: `${folder}/${name}`, text: read(new URL(`${folder}/${name}`, SCRIPTS)) }));

/** @param {URL} address */
const read = (address) => readFileSync(address, "utf8");

/** @param {string} text */
const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

const behaviours = scriptsOf("behaviours");
const everything = Object.keys(MAY_IMPORT).flatMap(scriptsOf);

/**
 * Each function of a script that stands at the beginning of a line, with its length in lines.
 * @param {string} text
 */
function* functionsOf(text) {
  const lines = text.split("\n");
  for (const [n, line] of lines.entries()) {
    const indent = line.match(/^ */)?.[0] ?? "";
    if (!line.endsWith("{") || /^ *(if|for|while|switch|class|export class|else|try)\b/.test(line)) continue;
    const length = lines.slice(n + 1).findIndex((next) => next.startsWith(`${indent}}`)) + 2;
    yield { line: n + 1, length };
  }
}

for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${folder} import only ${allowed.join(", ")}`, () => {
    const wrong = scriptsOf(folder).flatMap(({ name, text }) => {
      const found = [...withoutComments(text).matchAll(/^import .*?"(.+?)";$|^} from "(.+?)";$|\bimport\("([^"]+)"\)/gm)].map(([, one, two, three]) => one ?? two ?? three ?? "");
      const places = found.map((path) => path.replace(/^\.\.\//, "").replace(/^\.\//, `${folder}/`));
      return places.filter((place) => !allowed.includes(place.split("/")[0] ?? "")).map((place) => `${name}: ${place}`);
    });
    assert.deepEqual(wrong, []);
  });
}

test("a model never touches the page, and is told the time", () => {
  const wrong = scriptsOf("models").filter(({ text }) => OF_A_PAGE.test(withoutComments(text)));
  assert.deepEqual(wrong.map(({ name }) => name), []);
});

test(`no function is longer than ${MOST_LINES} lines`, () => {
  const long = everything.flatMap(({ name, text }) =>
    [...functionsOf(text)].filter(({ length }) => length > MOST_LINES).map(({ line, length }) => `${name}:${line} has ${length}`),
  );
  assert.deepEqual(long, []);
});

test("a behaviour says how it is connected, and nothing else", () => {
  for (const { name, text } of behaviours) {
    const exported = [...text.matchAll(/^export .*$/gm)].map(String);
    assert.match(exported.join("; "), /^export function connect\(\w+\) \{$/, name);
  }
});

test("a behaviour takes off every listener, timer and observer that it puts on", () => {
  for (const { name, text } of behaviours) {
    assert.ok(!text.includes("addEventListener"), `${name} listens by helpers/listeners.js, which takes off what it puts on`);
    if (text.includes("setInterval(")) assert.match(text, /clearInterval\(/, name);
    if (/new \w*Observer\(/.test(text)) assert.match(text, /\.disconnect\(\)/, name);
  }
});

test("every behaviour that a template names is there, and every behaviour is named", () => {
  const templates = readdirSync(TEMPLATES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  const named = templates.flatMap((name) => [...read(new URL(name, TEMPLATES)).matchAll(/data-behaviour="([^"]+)"/g)].flatMap(([, names]) => names?.split(" ") ?? []));
  const there = behaviours.map(({ name }) => name.replace(/^behaviours\/(.+)\.js$/, "$1"));
  assert.deepEqual([...new Set(named)].sort(), there.sort());
});
