// Writes a <time> in the reader's own zone, inside an element with `data-times="mine"`.

import { myZone, written } from "../helpers/moments.js";

/** @param {HTMLElement} element */
export function connect(element) {
  if (!element.closest('[data-times="mine"]')) return;
  const before = element.textContent;
  const moment = new Date(/** @type {HTMLTimeElement} */ (element).dateTime);
  element.textContent = written(moment, element.dataset.shape ?? "time", myZone());
  return () => {
    element.textContent = before;
  };
}
