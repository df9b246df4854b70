// Draws a part of the page anew when a topic changes, where slots do not suffice: forms, offers, the viewer's own things.

import { redrawn, watch } from "../live.js";
import { agrees } from "../models/agreement.js";

/** @typedef {import("../protocol.js").State} State */

const CROWD_MS = 1_500;
const FEW_MS = 50;
const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex]";

/**
 * @param {HTMLElement} element with an id, `data-room` and `data-topic`. `data-drawn`, JSON, is the part of the state that
 *   it was drawn from: the topic may change before the page's first welcome. `data-every`, seconds, redraws it besides, for
 *   figures that are no topic
 */
export function connect(element) {
  const { room = "", topic = "", drawn: before, every } = element.dataset;
  /** @type {any} */
  let drawn = before && JSON.parse(before);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const stop = watch(room, /** @type {any} */ (topic), (state) => {
    if (drawn !== undefined && !agrees(drawn, state)) {
      clearTimeout(timer);
      timer = setTimeout(() => redraw(element, state), wait(room));
    }
    drawn = state;
  });
  const again = () => {
    if (!document.hidden && drawn !== undefined) redraw(element, /** @type {State} */ (drawn));
  };
  const beat = every ? setInterval(again, Number(every) * 1000) : undefined;
  return () => {
    clearTimeout(timer);
    clearInterval(beat);
    stop();
  };
}

/**
 * The wait before a redraw: a table's few people may hurry, a whole event spreads its requests.
 * @param {string} room
 */
const wait = (room) => (room.startsWith("table:") ? FEW_MS : CROWD_MS) * Math.random();

/**
 * Draw the part anew once nobody is in the middle of pressing something in it.
 * @param {HTMLElement} element
 * @param {State} state that the fresh part shows, or a newer one
 */
async function redraw(element, state) {
  await untilFree(element);
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok || !element.isConnected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(element.id);
  if (!fresh) return;
  await untilFree(element);
  if (!element.isConnected) return;
  const focused = element.contains(document.activeElement) && document.activeElement;
  const copy = document.importNode(fresh, true);
  copy.dataset.drawn = JSON.stringify(state);
  keepTicks(element, copy);
  element.replaceWith(copy);
  redrawn(copy);
  if (focused) keepFocus(focused, copy);
}

/**
 * Wait while a dialog asks about a control of the page, and while a control of the part is held down: what is taken away
 * then is never sent.
 * @param {HTMLElement} element
 */
async function untilFree(element) {
  while (document.querySelector("dialog[open]") || element.querySelector(":active")) await pause(FEW_MS);
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Focus what stands in the place of the control that had the focus; the part itself, where nothing does.
 * @param {Element} focused
 * @param {HTMLElement} copy
 */
function keepFocus(focused, copy) {
  const same = [copy, ...copy.querySelectorAll(CONTROLS)].find((each) => nameOf(each) === nameOf(focused));
  if (!same) copy.tabIndex = -1;
  /** @type {HTMLElement} */ (same ?? copy).focus({ preventScroll: true });
}

/**
 * A name of a control by which it is found again: its id, or what it opens or sends.
 * @param {Element} control
 */
function nameOf(control) {
  if (control.id) return control.id;
  const form = control.closest("form");
  const sent = form && new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const names = ["href", "name", "value"].map((name) => control.getAttribute(name));
  return [control.localName, form?.getAttribute("action"), sent, ...names].join(" ");
}

/**
 * Keep the boxes that the viewer has ticked or cleared since the part was drawn.
 * @param {HTMLElement} element
 * @param {HTMLElement} copy that takes its place
 */
function keepTicks(element, copy) {
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (element.querySelectorAll("input[type=checkbox][id]"))) {
    const again = box.checked !== box.defaultChecked && copy.querySelector(`#${CSS.escape(box.id)}`);
    if (again instanceof HTMLInputElement) again.checked = box.checked;
  }
}
