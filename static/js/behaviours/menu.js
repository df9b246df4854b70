// Closes a menu on Escape, and when something else is pressed or focused.

import { listen, together } from "../helpers/listeners.js";

/** @param {HTMLElement} element */
export function connect(element) {
  const menu = /** @type {HTMLDetailsElement} */ (element);

  return together(
    listen(menu, {
      /** @param {KeyboardEvent} event */
      keydown(event) {
        if (event.key !== "Escape" || !menu.open) return;
        menu.open = false;
        menu.querySelector("summary")?.focus();
      },
      /** @param {FocusEvent} event */
      focusout(event) {
        if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
      },
    }),
    listen(document, {
      /** @param {PointerEvent} event */
      pointerdown(event) {
        if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
      },
    }),
  );
}
