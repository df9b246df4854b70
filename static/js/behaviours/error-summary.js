// Takes the reader to the summary of what must be put right, and from each of its lines into the field.

import { listen } from "../helpers/listeners.js";

/** @param {HTMLElement} summary */
export function connect(summary) {
  if ("focus" in summary.dataset) summary.focus();
  return listen(summary, {
    /** @param {MouseEvent} event */
    click(event) {
      const link = event.target instanceof Element && event.target.closest("a");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      const control = field.matches("fieldset") ? field.querySelector("input") : field;
      control?.focus();
      field.scrollIntoView({ block: "center" });
    },
  });
}
