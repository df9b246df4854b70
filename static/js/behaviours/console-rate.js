// Says how many reactions came in the last minute, from the totals that go by.

import { watch } from "../live.js";
import { Rate } from "../models/rate.js";

const REFRESH_MS = 2_000;

/** @param {HTMLElement} element with `data-room`, and `data-total` and `data-before` as they were when it was drawn */
export function connect(element) {
  const { room = "", total, before } = element.dataset;
  const slot = element.querySelector("[data-rate]");
  const rate = new Rate(Date.now(), Number(total), Number(before));
  const show = () => {
    if (slot) slot.textContent = rate.lastMinute(Date.now()).toLocaleString("en-GB");
  };
  const stop = watch(room, "ledger", (/** @type {any} */ ledger) => {
    rate.note(Date.now(), ledger.accepted);
    show();
  });
  const timer = setInterval(show, REFRESH_MS);
  return () => {
    clearInterval(timer);
    stop();
  };
}
