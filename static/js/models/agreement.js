// The agreement between the state that a page was drawn from and the state of now.

/**
 * True when `state` says everything that `drawn` says; what `drawn` leaves out may be anything.
 * @param {unknown} drawn
 * @param {unknown} state
 * @returns {boolean}
 */
export function agrees(drawn, state) {
  if (Array.isArray(drawn)) {
    return Array.isArray(state) && drawn.length === state.length && drawn.every((item, n) => agrees(item, state[n]));
  }
  if (drawn !== null && typeof drawn === "object") {
    const found = /** @type {Record<string, unknown> | null} */ (typeof state === "object" ? state : null);
    return found !== null && Object.entries(drawn).every(([name, value]) => agrees(value, found[name]));
  }
  return drawn === state;
}
