// Sends a message without leaving the page; it comes back by the live connection.

import { listen } from "../helpers/listeners.js";

/** @param {HTMLElement} element a form with one text field */
export function connect(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("text"));
  const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("[type=submit]"));

  return listen(form, {
    /** @param {SubmitEvent} event */
    async submit(event) {
      event.preventDefault();
      if (!field.value.trim() || button?.disabled) return field.focus();
      if (button) button.disabled = true;
      const sent = await send(form);
      if (button) button.disabled = false;
      if (!sent) return form.submit();
      field.value = "";
      field.focus();
    },
  });
}

/**
 * Sends a form; false when the server did not take it. Then the browser sends it, and the next page says why.
 * @param {HTMLFormElement} form
 */
async function send(form) {
  try {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
    return answer.type === "opaqueredirect";
  } catch {
    return false;
  }
}
