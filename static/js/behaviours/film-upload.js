// Uploads a film from a form: shows its progress and what went wrong, and proposes a title from the file's name.

import { FilmUpload } from "../helpers/film-upload.js";
import { listen, together } from "../helpers/listeners.js";

const SENTENCES = {
  empty: "This file is empty. Please choose a film.",
  large: "This film is too large. Please make it smaller.",
  refused: "The server did not take the film. Please try again.",
  broken: "The line broke. Press Upload to go on where it stopped.",
};

/** @param {HTMLElement} element with `data-to`, `data-tus` (addresses) and `data-most` (bytes) */
export function connect(element) {
  const { to = "", tus = "", most } = element.dataset;
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (element.querySelector(name));
  const input = /** @type {HTMLInputElement} */ (part("[type=file]"));
  const title = /** @type {HTMLInputElement} */ (part("[name=title]"));
  const [words, problem] = [part("[data-words]"), part("[data-problem]")];
  const upload = new FilmUpload(tus, to, {
    progressed: show,
    stalled: () => (words.textContent = "The line broke. It goes on by itself…"),
    done: () => location.reload(),
    failed: refuse,
  });

  /** @param {boolean} isBusy */
  function busy(isBusy) {
    part("[data-uploading]").hidden = part("[data-stop]").hidden = !isBusy;
    /** @type {HTMLButtonElement} */ (part("[type=submit]")).disabled = isBusy;
  }

  /** @param {keyof typeof SENTENCES} reason */
  function refuse(reason) {
    busy(false);
    problem.textContent = SENTENCES[reason];
    problem.hidden = false;
  }

  /**
   * @param {number} sentBytes
   * @param {number} allBytes
   */
  function show(sentBytes, allBytes) {
    const percent = (100 * sentBytes) / allBytes;
    /** @type {HTMLProgressElement} */ (part("[data-progress]")).value = percent;
    const said = `${Math.floor(percent)} % of ${Math.ceil(allBytes / 1_000_000)} MB`;
    if (words.textContent !== said) words.textContent = said;
  }

  function send() {
    const file = input.files?.[0];
    problem.hidden = true;
    if (!file) return;
    if (!file.size) return refuse("empty");
    if (file.size > Number(most)) return refuse("large");
    busy(true);
    show(0, file.size);
    upload.start(file, title.value.trim()).catch(() => refuse("broken"));
  }

  return together(
    proposeTitle(input, title),
    listen(element, { submit: (/** @type {SubmitEvent} */ event) => (event.preventDefault(), send()) }),
    listen(part("[data-stop]"), { click: () => (upload.stop(), busy(false)) }),
    () => upload.stop(),
  );
}

/**
 * Proposes the chosen file's name as the title until somebody writes another one.
 * @param {HTMLInputElement} input
 * @param {HTMLInputElement} title
 */
function proposeTitle(input, title) {
  let proposed = "";
  return listen(input, {
    change() {
      const isOurs = title.value === proposed;
      proposed = (input.files?.[0]?.name ?? "").replace(/\.[^.]*$/, "").replaceAll("_", " ");
      if (isOurs) title.value = proposed;
    },
  });
}
