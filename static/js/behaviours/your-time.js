// Adds the time in the reader's own zone, where it differs from the event's.

import { myZone, written } from "../helpers/moments.js";

/** @param {HTMLElement} element */
export function connect(element) {
  const slot = element.querySelector("[data-time]");
  const moment = new Date(element.dataset.datetime ?? "");
  const here = written(moment, "time", myZone());
  if (!slot || here === written(moment, "time", element.dataset.zone)) return;
  slot.textContent = here;
  element.hidden = false;
  return () => {
    element.hidden = true;
  };
}
