// Shows the second up to which the programme is on the disk, with a light that says whether that is recent enough.

import { watch } from "../live.js";
import { SafeLight } from "../models/safe-light.js";

const REFRESH_MS = 1_000;

/** @param {HTMLElement} element with `data-room` and `data-zone`, an IANA zone */
export function connect(element) {
  const { room = "", zone } = element.dataset;
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: zone });
  const slot = /** @type {HTMLElement} */ (element.querySelector("[data-safe]"));
  const late = /** @type {HTMLElement} */ (element.querySelector("[data-late]"));
  const words = /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-trouble]"));
  const light = new SafeLight();
  const judge = () => {
    const state = light.state(performance.now());
    element.dataset.state = state;
    late.hidden = state !== "late";
  };
  const stop = watch(room, "kept", (kept) => {
    light.note(kept, performance.now(), Date.now());
    slot.textContent = kept.safe_up_to === null ? "–" : clock.format(kept.safe_up_to);
    for (const each of words) each.hidden = !kept.troubles.includes(each.dataset.trouble ?? "");
    judge();
  });
  const timer = setInterval(judge, REFRESH_MS);
  return () => {
    clearInterval(timer);
    stop();
  };
}
