// Turns keys into the player's commands while the focus is in it (WCAG 2.1.4: letters must not act from elsewhere).

import { listen } from "../helpers/listeners.js";
import { commandOf } from "../models/shortcuts.js";

/** @param {HTMLElement} element */
export function connect(element) {
  return listen(element, {
    /** @param {KeyboardEvent} event */
    keydown(event) {
      const command = commandOf(event, kindOf(event.target));
      if (!command || (event.repeat && !command.match(/back|forward|louder|quieter/))) return;
      event.preventDefault();
      element.dispatchEvent(new CustomEvent("player:command", { detail: command }));
    },
  });
}

/** @param {EventTarget | null} target */
function kindOf(target) {
  if (target instanceof HTMLInputElement) return target.type === "range" ? "range" : "typing";
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return "typing";
  return target instanceof HTMLButtonElement ? "button" : "";
}
