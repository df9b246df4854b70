// Connects the bar of reactions: its six buttons, the keys 1 to 6, and the state of its topic.

import { outbox } from "../applause.js";
import { listen, together } from "../helpers/listeners.js";
import { ReactionBar } from "../helpers/reaction-bar.js";
import { watch } from "../live.js";

/** @param {HTMLElement} element */
export function connect(element) {
  const bar = new ReactionBar(element, outbox);
  const room = `session:${element.dataset.session}`;
  return together(
    listen(element, { click: (/** @type {MouseEvent} */ event) => bar.click(event) }),
    listen(document, {
      keydown: (/** @type {KeyboardEvent} */ event) => bar.key(event),
      keyup: () => bar.mark("is-pressed", null),
      "plenary:settled": (/** @type {CustomEvent} */ event) => bar.settle(event.detail.reaction, event.detail.reason),
    }),
    watch(room, "reactions", (state) => bar.show(state)),
    () => bar.silence(),
  );
}
