// What is said, as lines to read beside the picture: added as they are spoken, or there already and a way to their moment.
// The player says on `plenary:cue` which caption is shown, and goes where `plenary:seek` says; both in seconds.

import { listen, together } from "../helpers/listeners.js";
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

  return together(
    listen(document, {
      /** @param {CustomEvent<{ start: number, inFilm: number, text: string }>} event */
      "plenary:cue"(event) {
        if (!isLive) return mark(event.detail.inFilm);
        if (event.detail.start > last) add(event.detail.text);
        last = Math.max(last, event.detail.start);
      },
    }),
    listen(element, {
      /** @param {MouseEvent} event */
      click(event) {
        const line = event.target instanceof Element && event.target.closest("[data-start]");
        if (!(line instanceof HTMLElement)) return;
        document.dispatchEvent(new CustomEvent("plenary:seek", { detail: { seconds: Number(line.dataset.start) } }));
      },
    }),
  );
}
