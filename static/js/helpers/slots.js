// Fills what Jinja drew: `data-field` as text, `data-bind` as attributes, `data-show` and `data-hide`, `data-list`.

import { cloneOf } from "./templates.js";

/** @typedef {import("../protocol.js").State} State */

const BINDABLE = /^(value|max|datetime|aria-[a-z]+|data-[a-z-]+)$/;
const OWNERS = "[data-topic], [data-key]";
const numbers = new Intl.NumberFormat(globalThis.document?.documentElement.lang || "en-GB");

/**
 * The value at a dotted path, such as `totals.clap`.
 * @param {any} state
 * @param {string} path
 */
export const valueAt = (state, path) => path.split(".").reduce((value, name) => value?.[name], state);

/** @param {unknown} value */
export const asText = (value) => (typeof value === "number" ? numbers.format(value) : String(value ?? ""));

/**
 * Whether a condition holds: `text` (is there any), or `state=live` (is it this).
 * @param {State} state
 * @param {string} condition
 */
export function holds(state, condition) {
  const [path = "", wanted] = condition.split("=");
  const value = valueAt(state, path);
  return wanted === undefined ? Boolean(value) : String(value) === wanted;
}

/**
 * Shows a topic's state in its element.
 * @param {Element} root
 * @param {State} state
 */
export function fill(root, state) {
  for (const list of own(root, "[data-list]")) fillList(list, valueAt(state, list.dataset.list ?? "") ?? []);
  for (const slot of own(root, "[data-field]")) {
    const text = asText(valueAt(state, slot.dataset.field ?? ""));
    if (slot.textContent !== text) slot.textContent = text;
  }
  for (const element of own(root, "[data-bind]")) bind(element, state);
  for (const element of own(root, "[data-show]")) element.hidden = !holds(state, element.dataset.show ?? "");
  for (const element of own(root, "[data-hide]")) element.hidden = holds(state, element.dataset.hide ?? "");
}

/**
 * The root and what is in it, but for what belongs to a topic or a list item inside it.
 * @param {Element} root
 * @param {string} selector
 */
function own(root, selector) {
  const found = [...root.querySelectorAll(selector)].filter(
    (element) => !element.matches(OWNERS) && element.parentElement?.closest(OWNERS) === root,
  );
  if (root.matches(selector)) found.unshift(root);
  return /** @type {HTMLElement[]} */ (found);
}

/**
 * @param {HTMLElement} element
 * @param {State} state
 */
function bind(element, state) {
  for (const pair of (element.dataset.bind ?? "").split(" ").filter(Boolean)) {
    const [name = "", path = ""] = pair.split(":");
    if (BINDABLE.test(name)) element.setAttribute(name, String(valueAt(state, path) ?? ""));
  }
}

/**
 * One clone of the list's template per item, known again by its id or number.
 * @param {HTMLElement} list
 * @param {State[]} items
 */
function fillList(list, items) {
  const template = /** @type {HTMLTemplateElement | null} */ (list.querySelector(":scope > template"));
  if (!template) return;
  const drawn = new Map([...list.querySelectorAll(":scope > [data-key]")].map((element) => [element.getAttribute("data-key"), element]));
  const wanted = items.map((item) => String(item["id"] ?? item["number"]));
  for (const [key, element] of drawn) if (!wanted.includes(key ?? "")) element.remove();
  let next = list.querySelector(":scope > [data-key]");
  for (const [position, key] of wanted.entries()) {
    const element = drawn.get(key) ?? cloneOf(template);
    element.setAttribute("data-key", key);
    fill(element, items[position] ?? {});
    if (element === next) next = next.nextElementSibling;
    else list.insertBefore(element, next);
  }
}
