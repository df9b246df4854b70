// The slots that Jinja drew: a `data-field` is filled with text, a `data-show` is hidden while its field is empty.

/** @typedef {import("../protocol.js").State} State */

const numbers = new Intl.NumberFormat(globalThis.document?.documentElement.lang || "en-GB");

/**
 * The value at a dotted path, such as `totals.clap`.
 * @param {any} state
 * @param {string} path
 */
export const valueAt = (state, path) => path.split(".").reduce((value, name) => value?.[name], state);

/**
 * Writes a value as people read it: a number with its separators, nothing as nothing.
 * @param {unknown} value
 */
export const asText = (value) => (typeof value === "number" ? numbers.format(value) : String(value ?? ""));

/**
 * Shows a topic's state in its element.
 * @param {Element} root
 * @param {State} state
 */
export function fill(root, state) {
  for (const slot of own(root, "[data-field]")) {
    const text = asText(valueAt(state, slot.dataset.field ?? ""));
    if (slot.textContent !== text) slot.textContent = text;
  }
  for (const element of own(root, "[data-show]")) element.hidden = !valueAt(state, element.dataset.show ?? "");
}

/**
 * The elements that a selector finds in the root, itself included, without those of a topic inside it.
 * @param {Element} root
 * @param {string} selector
 */
function own(root, selector) {
  const found = [...root.querySelectorAll(selector)].filter((element) => element.closest("[data-topic]") === root);
  if (root.matches(selector)) found.unshift(root);
  return /** @type {HTMLElement[]} */ (found);
}
