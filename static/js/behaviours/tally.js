// Shows the state of the stage: standing by, counting down, on air, clear.

import { listen, together } from "../helpers/listeners.js";
import { watch } from "../live.js";
import { isSentOut } from "../models/backstage.js";

const BEAT_MS = 200;
const SECOND_MS = 1000;

/**
 * @param {HTMLElement} element with `data-room`, and the words of each state as `data-state-words`. With `data-person` it
 *   tells whether that person is on air; while their own window has lost the stage they are not
 */
export function connect(element) {
  let untilMs = Date.parse(element.dataset.at ?? "") || 0;

  const count = () => {
    const seconds = Math.max(0, Math.ceil((untilMs - Date.now()) / SECOND_MS));
    const slot = element.querySelector("[data-seconds]");
    if (slot && slot.textContent !== `${seconds}`) slot.textContent = `${seconds}`;
  };

  const show = () => {
    const said = air === "on-air" && (!isMine || isAway) ? "beside" : air;
    element.dataset.state = said;
    for (const words of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-state-words]"))) {
      words.hidden = words.dataset.stateWords !== said;
    }
    count();
  };

  const { room = "", person } = element.dataset;
  let air = element.dataset.state ?? "standby";
  let isMine = !person;
  let isAway = false;
  const stop = together(
    watch(room, "air", ({ state, at }) => {
      air = state;
      untilMs = at ?? 0;
      show();
    }),
    watch(room, "backstage", ({ sources }) => {
      isMine = !person || isSentOut(sources, person);
      show();
    }),
    listen(document, {
      /** @param {CustomEvent<{ isAway: boolean }>} event */
      "plenary:publisher"(event) {
        isAway = event.detail.isAway;
        show();
      },
    }),
  );
  count();
  const timer = setInterval(count, BEAT_MS);
  return () => {
    clearInterval(timer);
    stop();
  };
}
