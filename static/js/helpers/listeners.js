// Listeners that are taken off together, and other things that end together.

/**
 * Adds listeners to one target and returns what removes them all.
 * @param {EventTarget} target
 * @param {Record<string, (event: any) => void>} handlers by event type
 * @param {AddEventListenerOptions} [options]
 */
export function listen(target, handlers, options = {}) {
  const ending = new AbortController();
  for (const [type, handler] of Object.entries(handlers)) {
    target.addEventListener(type, handler, { ...options, signal: ending.signal });
  }
  return () => ending.abort();
}

/**
 * One function that ends several things.
 * @param {(() => void)[]} ends
 */
export const together = (...ends) => () => ends.forEach((end) => end());
