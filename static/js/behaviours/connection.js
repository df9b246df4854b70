// Says when the page is no longer live, and when it is live again; a loss that nobody would notice is passed over.

import { watchConnection } from "../live.js";
import { SIGNED_OUT } from "../protocol.js";

/** @typedef {import("../live.js").ConnectionNow} ConnectionNow */

const PATIENCE_MS = 2_000;
const BACK_MS = 4_000;

/** @param {HTMLElement} element a polite live region with `data-pill` in it, which holds `data-words` */
export function connect(element) {
  const pill = /** @type {HTMLElement} */ (element.querySelector("[data-pill]"));
  const words = /** @type {HTMLElement} */ (element.querySelector("[data-words]"));
  /** @type {"live" | "patient" | "away" | "back" | "over"} */
  let state = "live";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let wasOpen = false;

  /**
   * @param {typeof state} next
   * @param {string} sentence empty: the pill goes
   */
  function turn(next, sentence) {
    clearTimeout(timer);
    state = pill.dataset.pill = next;
    words.textContent = sentence;
    pill.hidden = sentence === "";
  }

  function opened() {
    const wasMissed = state === "away";
    wasOpen = true;
    turn(wasMissed ? "back" : "live", wasMissed ? "Back" : "");
    if (wasMissed) timer = setTimeout(() => turn("live", ""), BACK_MS);
  }

  function lost() {
    if (state === "patient" || state === "away") return;
    turn("patient", "");
    timer = setTimeout(() => turn("away", wasOpen ? "Connection lost, trying again…" : "Connecting…"), PATIENCE_MS);
  }

  /** @param {ConnectionNow} connection */
  function follow({ state, code }) {
    if (state === "open") opened();
    else if (state !== "closed") lost();
    else if (code === SIGNED_OUT) turn("over", "You are signed out here. Open your join link to come back.");
    else turn("over", "This page is no longer live. Please reload it.");
  }

  const stop = watchConnection(follow);
  return () => {
    clearTimeout(timer);
    stop();
  };
}
