// Shows the number of reactions within the last minute, from the totals that come.

import { watch } from "../live.js";
import { Rate } from "../models/rate.js";

const REFRESH_MS = 2_000;

/** @param {HTMLElement} element with `data-room`, and with `data-total` and `data-before` (the last minute's) as drawn */
export function connect(element) {
  const { room = "", total, before } = element.dataset;
  const slot = element.querySelector("[data-rate]");
  const rate = new Rate(Date.now(), Number(total), Number(before));
  const show = () => {
    if (slot) slot.textContent = rate.lastMinute(Date.now()).toLocaleString("en-GB");
  };
  const stop = watch(room, "ledger", (ledger) => {
    rate.note(Date.now(), ledger.accepted);
    show();
  });
  const timer = setInterval(show, REFRESH_MS);
  return () => {
    clearInterval(timer);
    stop();
  };
}
