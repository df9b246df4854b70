// Lets a reader dismiss an announcement in this tab; a new one is shown again.

import { listen, together } from "../helpers/listeners.js";

const KEY = "announcement-dismissed";

/** @param {HTMLElement} element */
export function connect(element) {
  const text = /** @type {HTMLElement} */ (element.querySelector("[data-field]"));
  const body = /** @type {HTMLElement} */ (element.querySelector("[data-show]"));
  const tuck = () => {
    if (sessionStorage.getItem(KEY) === text.textContent) body.hidden = true;
  };
  tuck();
  return together(
    listen(element, {
      /** @param {MouseEvent} event */
      click(event) {
        if (!(event.target instanceof Element && event.target.closest("[data-dismiss]"))) return;
        sessionStorage.setItem(KEY, text.textContent ?? "");
        tuck();
      },
    }),
    listen(document, { "plenary:changed": () => queueMicrotask(tuck) }),
  );
}
