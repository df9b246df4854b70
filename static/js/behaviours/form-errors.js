// Says beside each field what is missing, before the form is sent. The server has the last word.

import { listen, together } from "../helpers/listeners.js";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/** @param {HTMLElement} element */
export function connect(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const before = form.noValidate;
  form.noValidate = true;

  const unlisten = listen(form, {
    /** @param {SubmitEvent} event */
    submit(event) {
      const wrong = controlsOf(form).filter((control) => !control.validity.valid);
      if (!wrong.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      wrong.forEach(mark);
      wrong.at(0)?.focus();
    },
    /** @param {Event} event */
    input(event) {
      const control = /** @type {Control} */ (event.target);
      if (control.validity?.valid) unmark(control);
    },
  });
  return together(unlisten, () => {
    form.noValidate = before;
  });
}

/** @param {HTMLFormElement} form */
const controlsOf = (form) =>
  /** @type {Control[]} */ ([...form.elements].filter((control) => "validity" in control && !control.matches("button, fieldset")));

/** @param {Control} control */
function mark(control) {
  const field = control.closest(".field");
  const line = field?.querySelector(".field-error");
  const slot = line?.querySelector("[data-error]");
  if (!field || !(line instanceof HTMLElement) || !slot) return;
  slot.textContent = sentence(control);
  line.hidden = false;
  field.classList.add("is-wrong");
  if (!control.matches("[type=radio]")) control.setAttribute("aria-invalid", "true");
}

/** @param {Control} control */
function unmark(control) {
  const field = control.closest(".field");
  const line = field?.querySelector(".field-error");
  if (!field || !(line instanceof HTMLElement)) return;
  line.hidden = true;
  field.classList.remove("is-wrong");
  control.removeAttribute("aria-invalid");
}

/** @param {Control} control */
function sentence(control) {
  const { valueMissing, typeMismatch, tooLong } = control.validity;
  if (valueMissing) {
    if (control.matches("[type=radio], select")) return "Please choose one of the answers.";
    return control.matches("[type=checkbox]") ? "Please tick this to go on." : "Please fill this in.";
  }
  if (typeMismatch && control.type === "email") return "Please give a whole address, like sam@example.org.";
  if (tooLong) return "Please keep this shorter.";
  return control.validationMessage;
}
