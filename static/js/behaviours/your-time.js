// Adds what the clock says where the reader is, when that is not what it says at the event.

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
