// The upload of a film in pieces. It goes on where it stopped when the network fails or the same file is chosen again.
// https://tus.io/protocols/resumable-upload

/** The largest piece that the server takes. */
const PIECE_BYTES = 1_000_000;
const RETRY_MS = [0, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000];
/** Statuses of refusals that pass: too slow, another piece is next, another browser sends it, too many at once. */
const PASSING = [408, 409, 423, 429];

export class FilmUpload {
  /** @type {any} tus-js-client has no types that a page can import */
  #upload = null;

  /**
   * @param {string} library the address of tus-js-client
   * @param {string} endpoint the address that takes films
   * @param {object} page
   * @param {(sentBytes: number, allBytes: number) => void} page.progressed
   * @param {() => void} page.stalled the network or the server failed; it tries again by itself
   * @param {() => void} page.done
   * @param {(reason: "refused" | "broken") => void} page.failed `broken`: pressing again goes on where it stopped
   */
  constructor(library, endpoint, page) {
    this.library = library;
    this.endpoint = endpoint;
    this.page = page;
  }

  /**
   * @param {File} file
   * @param {string} title
   */
  async start(file, title) {
    const { page } = this;
    await import(this.library);
    const { tus } = /** @type {any} */ (window);
    const upload = new tus.Upload(file, {
      endpoint: this.endpoint,
      chunkSize: PIECE_BYTES,
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      metadata: { title },
      onProgress: page.progressed,
      onShouldRetry: (/** @type {any} */ error) => this.#goesOn(error),
      onSuccess: page.done,
      onError: (/** @type {any} */ error) => page.failed(error.originalResponse ? "refused" : "broken"),
    });
    this.#upload = upload;
    const [before] = await upload.findPreviousUploads();
    if (before) upload.resumeFromPreviousUpload(before);
    upload.start();
  }

  stop() {
    this.#upload?.abort();
  }

  /**
   * True when it tries again.
   * @param {any} error
   */
  #goesOn(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const isPassing = status < 400 || status >= 500 || PASSING.includes(status);
    if (isPassing) this.page.stalled();
    return isPassing;
  }
}
