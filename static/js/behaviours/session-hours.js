// Moves the end of a session with its start, so that it keeps its length.

import { listen } from "../helpers/listeners.js";

const MINUTE_MS = 60_000;
const WALL_LENGTH = "2026-06-28T09:30".length;

/** @param {HTMLElement} element a part of a form with the fields `starts` and `ends` */
export function connect(element) {
  const starts = /** @type {HTMLInputElement} */ (element.querySelector("[name=starts]"));
  const ends = /** @type {HTMLInputElement} */ (element.querySelector("[name=ends]"));
  let beforeMs = wallMs(starts);

  return listen(starts, {
    change() {
      const startMs = wallMs(starts);
      const lengthMs = wallMs(ends) - beforeMs;
      if (lengthMs > 0 && startMs > 0) ends.value = new Date(startMs + lengthMs).toISOString().slice(0, WALL_LENGTH);
      if (startMs > 0) beforeMs = startMs;
    },
  });
}

/**
 * Wall time in whole minutes, counted as if it were UTC: only differences are used. Not a number for an empty field.
 * @param {HTMLInputElement} field
 */
function wallMs(field) {
  return Math.floor(new Date(`${field.value}Z`).getTime() / MINUTE_MS) * MINUTE_MS;
}
