// Copies of the `<template>` elements that Jinja drew.

/**
 * A fresh copy of the one element that a template holds.
 * @param {HTMLTemplateElement} template
 * @returns {HTMLElement}
 */
export function cloneOf(template) {
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild;
  return /** @type {HTMLElement} */ (copy);
}
