// Shows a sentence for a moment: dispatch `plenary:toast` with `{ text }` on the document.

import { listen } from "../helpers/listeners.js";
import { cloneOf } from "../helpers/templates.js";

const SHOWN_MS = 6_000;

/** @param {HTMLElement} element */
export function connect(element) {
  const template = /** @type {HTMLTemplateElement} */ (element.querySelector("template"));
  return listen(document, {
    /** @param {CustomEvent<{ text: string }>} event */
    "plenary:toast"(event) {
      const toast = cloneOf(template);
      toast.textContent = event.detail.text;
      element.append(toast);
      setTimeout(() => toast.remove(), SHOWN_MS);
    },
  });
}
