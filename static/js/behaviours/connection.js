// Says in words when the page is not live, and says nothing while it is.

import { listen, together } from "../helpers/listeners.js";
import { SIGNED_OUT } from "../protocol.js";

const PATIENCE_MS = 2_500;

/** @param {HTMLElement} element */
export function connect(element) {
  const text = /** @type {HTMLElement} */ (element.querySelector("[data-text]"));
  const words = /** @type {HTMLElement} */ (element.querySelector("[data-words]"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} sentence */
  const say = (sentence) => {
    words.textContent = sentence;
    text.hidden = sentence === "";
  };

  /** @param {CustomEvent<{ state: string, code: number }>} event */
  const changed = ({ detail: { state, code } }) => {
    if (state === "open") {
      clearTimeout(timer);
      timer = undefined;
      say("");
    } else if (state === "closed") {
      clearTimeout(timer);
      say(code === SIGNED_OUT ? "You are signed out here. Open your join link to come back." : "This page is no longer live. Please reload it.");
    } else {
      timer ??= setTimeout(() => say("Connecting again… What you see may be a moment old."), PATIENCE_MS);
    }
  };
  return together(listen(document, { "plenary:line": changed }), () => clearTimeout(timer));
}
