// The producer's buttons act without leaving the page: its pictures go on.

import { listen } from "../helpers/listeners.js";

/** @param {HTMLElement} element whose forms to `…/direct` are sent from here */
export function connect(element) {
  return listen(element, {
    /** @param {SubmitEvent} event */
    async submit(event) {
      const form = /** @type {HTMLFormElement} */ (event.target);
      if (!new URL(form.action).pathname.endsWith("/direct") || form.querySelector("[value=new-key]")) return;
      event.preventDefault();
      const text = await act(form);
      if (text) document.dispatchEvent(new CustomEvent("plenary:toast", { detail: { text } }));
    },
  });
}

/**
 * Sends a form; what to tell the producer when it was refused.
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
