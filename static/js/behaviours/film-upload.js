// Uploads a film in pieces, and goes on where it stopped when the line breaks or the same file is chosen again.
// https://tus.io/protocols/resumable-upload

import { listen, together } from "../helpers/listeners.js";

/** As much as the server takes at once, bytes. */
const PIECE = 1_000_000;
const RETRY_MS = [0, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000];
/** Refusals that pass: too slow, another piece is next, another browser is sending it, too many at once. */
const PASSING = [408, 409, 423, 429];
const BROKEN = "The line broke. Press Upload to go on where it stopped.";

/** @param {HTMLElement} element */
export function connect(element) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (element.querySelector(name));
  const input = /** @type {HTMLInputElement} */ (part("[type=file]"));
  const title = /** @type {HTMLInputElement} */ (part("[name=title]"));
  const progress = /** @type {HTMLProgressElement} */ (part("[data-progress]"));
  const [panel, words, problem, stop] = [part("[data-uploading]"), part("[data-words]"), part("[data-problem]"), part("[data-stop]")];
  const button = /** @type {HTMLButtonElement} */ (part("[type=submit]"));
  /** @type {any} */
  let upload = null;
  /** The title that the chosen file's name has proposed. */
  let proposed = "";

  /** @param {boolean} isBusy */
  function busy(isBusy) {
    panel.hidden = stop.hidden = !isBusy;
    button.disabled = isBusy;
  }

  /** @param {string} sentence */
  function refuse(sentence) {
    busy(false);
    problem.textContent = sentence;
    problem.hidden = false;
  }

  /**
   * @param {number} sent bytes
   * @param {number} all bytes
   */
  function show(sent, all) {
    progress.value = (100 * sent) / all;
    const said = `${Math.floor((100 * sent) / all)} % of ${Math.ceil(all / 1_000_000)} MB`;
    if (words.textContent !== said) words.textContent = said;
  }

  /**
   * Whether to try again, when the line or the server failed.
   * @param {any} error
   */
  function goesOn(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const isPassing = status < 400 || status >= 500 || PASSING.includes(status);
    if (isPassing) words.textContent = "The line broke. It goes on by itself…";
    return isPassing;
  }

  /** @param {File} file */
  async function send(file) {
    await import(element.dataset.tus ?? "");
    const { tus } = /** @type {any} */ (window);
    upload = new tus.Upload(file, {
      endpoint: element.dataset.to,
      chunkSize: PIECE,
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      metadata: { title: title.value.trim() },
      onProgress: show,
      onShouldRetry: goesOn,
      onSuccess: () => location.reload(),
      onError: (/** @type {any} */ error) => refuse(error.originalResponse ? "The server did not take the film. Please try again." : BROKEN),
    });
    const [before] = await upload.findPreviousUploads();
    if (before) upload.resumeFromPreviousUpload(before);
    upload.start();
  }

  return together(
    listen(input, {
      change() {
        const name = input.files?.[0]?.name ?? "";
        const isOurs = title.value === proposed;
        proposed = name.replace(/\.[^.]*$/, "").replaceAll("_", " ");
        if (isOurs) title.value = proposed;
      },
    }),
    listen(element, {
      /** @param {SubmitEvent} event */
      submit(event) {
        event.preventDefault();
        const file = input.files?.[0];
        problem.hidden = true;
        if (!file) return;
        if (!file.size) return refuse("This file is empty. Please choose a film.");
        if (file.size > Number(element.dataset.most)) return refuse("This film is too large. Please make it smaller.");
        busy(true);
        show(0, file.size);
        send(file).catch(() => refuse(BROKEN));
      },
    }),
    listen(stop, {
      click() {
        upload?.abort();
        busy(false);
      },
    }),
    () => upload?.abort(),
  );
}
