// Switches calm mode: counts instead of floating emoji. The choice is kept; until then the registration decides.

import { listen } from "../helpers/listeners.js";
import { shelf } from "../helpers/shelf.js";

const KEY = "plenary:calm";

/** @param {HTMLElement} element */
export function connect(element) {
  const isCalm = () => element.getAttribute("aria-pressed") === "true";
  const show = () => document.body.classList.toggle("is-calm", isCalm());
  const kept = shelf().getItem(KEY);
  if (kept !== null) element.setAttribute("aria-pressed", kept);
  show();
  return listen(element, {
    click() {
      element.setAttribute("aria-pressed", String(!isCalm()));
      shelf().setItem(KEY, String(isCalm()));
      show();
    },
  });
}
