// Carries out the producer's buttons without leaving the page, whose pictures go on. Names people who are taken and gone.

import { listen, together } from "../helpers/listeners.js";
import { watch } from "../live.js";
import { missing } from "../models/backstage.js";

/** @param {HTMLElement} element with `data-room`, whose forms to `…/direct` are sent from here */
export function connect(element) {
  const { room = "" } = element.dataset;
  const notice = /** @type {HTMLElement} */ (element.querySelector("[data-missing]"));
  const unwatch = together(
    watch(room, "air", ({ state }) => {
      for (const act of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-states]"))) {
        act.hidden = !act.dataset.states?.split(" ").includes(state);
      }
    }),
    watch(room, "backstage", ({ sources }) => {
      const names = missing(sources).join(", ");
      /** @type {HTMLElement} */ (notice.querySelector("[data-missing-names]")).textContent = names;
      notice.hidden = !names;
    }),
  );
  const unlisten = listen(element, {
    /** @param {SubmitEvent} event */
    async submit(event) {
      const form = /** @type {HTMLFormElement} */ (event.target);
      if (!new URL(form.action).pathname.endsWith("/direct")) return;
      event.preventDefault();
      const text = await act(form);
      if (text) document.dispatchEvent(new CustomEvent("plenary:toast", { detail: { text } }));
    },
  });
  return together(unwatch, unlisten);
}

/**
 * Sends a form; returns the sentence to show when it was refused.
 * @param {HTMLFormElement} form
 */
async function act(form) {
  try {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
    return answer.ok || answer.redirected ? "" : (await answer.json()).sentence;
  } catch {
    return "That did not reach us. Please try again.";
  }
}
