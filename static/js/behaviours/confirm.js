// Asks before a form is sent, in the dialog of the page's `<template id="confirm-dialog">`.

import { listen } from "../helpers/listeners.js";
import { cloneOf } from "../helpers/templates.js";

/** @param {HTMLElement} element */
export function connect(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("confirm-dialog"));
  if (!template) return;
  let agreed = false;

  return listen(form, {
    /** @param {SubmitEvent} event */
    submit(event) {
      if (agreed) return;
      event.preventDefault();
      const button = event.submitter;
      ask(template, form.dataset.confirm ?? "", button?.textContent?.trim() ?? "").then((yes) => {
        agreed = yes;
        if (yes) form.requestSubmit(button);
        else button?.focus();
      });
    },
  });
}

/**
 * @param {HTMLTemplateElement} template
 * @param {string} question
 * @param {string} action the words of the button that was pressed
 * @returns {Promise<boolean>}
 */
function ask(template, question, action) {
  const dialog = /** @type {HTMLDialogElement} */ (cloneOf(template));
  const slot = (/** @type {string} */ name) => /** @type {HTMLElement} */ (dialog.querySelector(`[data-${name}]`));
  slot("question").textContent = question;
  slot("yes").textContent = action;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    listen(dialog, {
      close() {
        dialog.remove();
        answer(dialog.returnValue === "yes");
      },
    });
  });
}
