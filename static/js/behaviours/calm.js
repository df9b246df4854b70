// Calm mode: counts instead of floating emoji, kept for the next page.

import { remember } from "../helpers/cookies.js";
import { listen } from "../helpers/listeners.js";

/** @param {HTMLElement} element */
export function connect(element) {
  const isCalm = () => element.getAttribute("aria-pressed") === "true";
  const show = () => document.body.classList.toggle("is-calm", isCalm());
  show();
  return listen(element, {
    click() {
      element.setAttribute("aria-pressed", String(!isCalm()));
      remember("calm", isCalm() ? "yes" : "no");
      show();
    },
  });
}
