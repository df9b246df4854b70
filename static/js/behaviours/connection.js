// Says in words when the page is not live and when it is again; says nothing of a loss that nobody would notice.

import { watchLine } from "../live.js";
import { SIGNED_OUT } from "../protocol.js";

/** @typedef {import("../live.js").LineNow} LineNow */

const PATIENCE_MS = 2_000;
const BACK_MS = 4_000;

/** @param {HTMLElement} element a polite live region with `data-pill` in it, which holds `data-words` */
export function connect(element) {
  const pill = /** @type {HTMLElement} */ (element.querySelector("[data-pill]"));
  const words = /** @type {HTMLElement} */ (element.querySelector("[data-words]"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let wasOpen = false;

  /**
   * @param {"away" | "back" | "over"} state
   * @param {string} sentence
   */
  const say = (state, sentence) => {
    words.textContent = sentence;
    pill.dataset.pill = state;
    pill.hidden = false;
  };

  const hush = () => {
    timer = undefined;
    pill.hidden = true;
    words.textContent = "";
  };

  /** @type {Record<string, (code: number) => void>} */
  const shown = {
    open() {
      const wasAway = pill.dataset.pill === "away" && !pill.hidden;
      wasOpen = true;
      clearTimeout(timer);
      if (!wasAway) return hush();
      say("back", "Back");
      timer = setTimeout(hush, BACK_MS);
    },
    closed(code) {
      clearTimeout(timer);
      say("over", code === SIGNED_OUT ? "You are signed out here. Open your join link to come back." : "This page is no longer live. Please reload it.");
    },
    waiting() {
      if (pill.dataset.pill === "away" && (timer !== undefined || !pill.hidden)) return;
      clearTimeout(timer);
      if (!pill.hidden) hush();
      pill.dataset.pill = "away";
      timer = setTimeout(() => say("away", wasOpen ? "Connection lost, trying again…" : "Connecting…"), PATIENCE_MS);
    },
  };
  const stop = watchLine(({ state, code }) => (shown[state] ?? shown.waiting)?.(code));
  return () => {
    clearTimeout(timer);
    stop();
  };
}
