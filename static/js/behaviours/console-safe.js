// Up to which second the programme is on the disk, and whether that is recent enough to be calm about.

import { watch } from "../live.js";

const REFRESH_MS = 1_000;
const LATE_MS = 10_000;

/** @param {HTMLElement} element with `data-room` and `data-zone`, an IANA zone */
export function connect(element) {
  const { room = "", zone } = element.dataset;
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: zone });
  const slot = element.querySelector("[data-safe]");
  const words = /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-trouble]"));
  /** @type {{ safe_up_to: number | null, troubles: string[] }} */
  let kept = { safe_up_to: null, troubles: [] };
  const judge = () => {
    const isLate = kept.safe_up_to === null || Date.now() - kept.safe_up_to > LATE_MS;
    element.dataset.state = kept.troubles.length ? "bad" : isLate ? "late" : "good";
  };
  const stop = watch(room, "kept", (/** @type {any} */ state) => {
    kept = state;
    if (slot) slot.textContent = kept.safe_up_to === null ? "–" : clock.format(kept.safe_up_to);
    for (const each of words) each.hidden = !kept.troubles.includes(each.dataset.trouble ?? "");
    judge();
  });
  const timer = setInterval(judge, REFRESH_MS);
  return () => {
    clearInterval(timer);
    stop();
  };
}
