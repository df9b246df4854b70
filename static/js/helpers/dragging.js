// Lets an element be dragged over another one, by mouse or finger.

import { listen } from "./listeners.js";

/**
 * Follows the pointer until it lets go; returns what ends that.
 * @param {HTMLElement} element its buttons do not drag it
 * @param {HTMLElement} ground
 * @param {(x: number, y: number) => void} dropped where its middle came to lie, as shares of the ground
 */
export function draggable(element, ground, dropped) {
  /** @type {{ x: number, y: number } | null} */
  let held = null;
  return listen(element, {
    /** @param {PointerEvent} event */
    pointerdown(event) {
      if (event.target instanceof Element && event.target.closest("button")) return;
      held = { x: event.clientX, y: event.clientY };
      element.setPointerCapture(event.pointerId);
    },
    /** @param {PointerEvent} event */
    pointermove({ clientX, clientY }) {
      if (held) element.style.translate = `${clientX - held.x}px ${clientY - held.y}px`;
    },
    pointerup() {
      if (!held) return;
      held = null;
      const [{ left, top, width, height }, below] = [element.getBoundingClientRect(), ground.getBoundingClientRect()];
      const isMoved = element.style.translate !== "";
      element.style.translate = "";
      if (isMoved) dropped((left + width / 2 - below.left) / below.width, (top + height / 2 - below.top) / below.height);
    },
    pointercancel() {
      held = null;
      element.style.translate = "";
    },
  });
}
