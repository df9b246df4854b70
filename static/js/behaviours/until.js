// Says how long it is to a moment, and keeps that up to date.

import { waiting } from "../helpers/moments.js";

const REFRESH_MS = 10_000;

/** @param {HTMLElement} element */
export function connect(element) {
  const atMs = new Date(/** @type {HTMLTimeElement} */ (element).dateTime).getTime();
  const show = () => {
    const words = waiting(atMs - Date.now());
    if (element.textContent !== words) element.textContent = words;
  };
  show();
  const timer = setInterval(show, REFRESH_MS);
  return () => clearInterval(timer);
}
