// Adds what is said to the transcript beside the picture; in a recording's, marks the line that is being spoken.
// The player tells each caption by `plenary:cue`, in seconds.

import { listen } from "../helpers/listeners.js";
import { cloneOf } from "../helpers/templates.js";
import { written } from "../helpers/moments.js";

/** @param {HTMLElement} element */
export function connect(element) {
  const template = /** @type {HTMLTemplateElement} */ (element.querySelector("template"));
  const isLive = "live" in element.dataset;
  let last = -1;

  /** @param {string} text */
  function add(text) {
    const line = cloneOf(template);
    /** @type {HTMLElement} */ (line.querySelector("[data-time]")).textContent = written(new Date(), "time");
    /** @type {HTMLElement} */ (line.querySelector("[data-text]")).textContent = text;
    element.append(line);
    element.previousElementSibling?.toggleAttribute("hidden", true);
  }

  /** @param {number} second */
  function mark(second) {
    const buttons = /** @type {HTMLElement[]} */ ([...element.querySelectorAll("[data-start]")]);
    const spoken = buttons.findLast((button) => Number(button.dataset.start) <= second + 0.25);
    for (const button of buttons) button.removeAttribute("aria-current");
    spoken?.setAttribute("aria-current", "true");
  }

  return listen(document, {
    /** @param {CustomEvent<{ start: number, inFilm: number, text: string }>} event */
    "plenary:cue"({ detail }) {
      if (!isLive) return mark(detail.inFilm);
      if (detail.start > last) add(detail.text);
      last = Math.max(last, detail.start);
    },
  });
}
