// Emoji that float up over the picture: a bounded number, and none in calm mode.

import { cloneOf } from "./templates.js";

const MOST_ON_SCREEN = 40;
const SPREAD_PERCENT = 84;
const DRIFT_REM = 2;

/** Floats copies of an element's `data-floater` template in the page's `data-floaters` layer. */
export class Floaters {
  #template;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#template = /** @type {HTMLTemplateElement | null} */ (element.querySelector("template[data-floater]"));
  }

  /**
   * @param {string} sign
   * @param {boolean} isMine
   */
  float(sign, isMine) {
    const layer = document.querySelector("[data-floaters]");
    if (!layer || !this.#template || !sign || isCalm() || layer.childElementCount >= MOST_ON_SCREEN) return;
    const floater = cloneOf(this.#template);
    floater.textContent = sign;
    floater.classList.toggle("is-mine", isMine);
    floater.style.setProperty("--at", `${8 + SPREAD_PERCENT * Math.random()}%`);
    floater.style.setProperty("--drift", `${DRIFT_REM * (2 * Math.random() - 1)}rem`);
    floater.addEventListener("animationend", () => floater.remove());
    layer.append(floater);
  }
}

/** True in calm mode, under reduced motion, and while nobody looks. */
const isCalm = () =>
  document.hidden || document.body.classList.contains("is-calm") || matchMedia("(prefers-reduced-motion: reduce)").matches;
