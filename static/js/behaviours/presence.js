// Tells the session's room when picture or sound plays on this page: attendance counts only then.

import { listen, together } from "../helpers/listeners.js";
import { send } from "../live.js";
import { playing } from "../protocol.js";

/** @param {HTMLElement} element the page's part that holds the player, with the session's `data-room` */
export function connect(element) {
  const room = element.dataset.room ?? "";
  let told = false;

  const isPlaying = () => element.querySelector('[data-player][data-playing="true"]') !== null;

  const tell = () => {
    if (isPlaying() !== told && send(playing(room, isPlaying()))) told = isPlaying();
  };
  tell();
  const observer = new MutationObserver(tell);
  observer.observe(element, { subtree: true, childList: true, attributeFilter: ["data-playing"] });
  return together(
    listen(document, {
      /** @param {CustomEvent<{ room: string }>} event */
      "plenary:welcome"({ detail }) {
        if (detail.room !== room) return;
        told = false;
        tell();
      },
    }),
    () => observer.disconnect(),
  );
}
