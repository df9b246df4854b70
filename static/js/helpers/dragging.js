// The dragging of an element over another one, by mouse or finger.

import { listen } from "./listeners.js";

/**
 * Lets an element follow the pointer; returns a function that stops it.
 * @param {HTMLElement} element its buttons do not drag it
 * @param {HTMLElement} ground
 * @param {(x: number, y: number) => void} dropped the place of its middle, as shares of the ground's width and height
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
