// What a session has to show, and what stands in the picture's place when it has nothing.

/**
 * The topics `status` and `air` of a session's room, as the page was drawn with them or as they changed since.
 * @typedef {{ state: string, recording: string, air?: string }} Status `air` is what its stage does, if it has one
 */

/** @typedef {"waiting" | "running" | "between" | "paused" | "on-demand" | "over" | "withdrawn" | "cancelled" | "nothing"} Phase */

/**
 * @typedef {object} Playback
 * @property {boolean} begun a first picture was there
 * @property {boolean} drained all that was sent has been seen
 * @property {boolean} finished it was seen to its end
 * @property {boolean} failing the picture cannot be had, again and again
 */

/** What a stage does while it sends nothing out. */
const OFF_AIR = ["standby", "countdown", "clear"];

/** @type {Record<string, Phase>} */
const PHASES = { scheduled: "waiting", live: "running", paused: "paused", cancelled: "cancelled" };

/**
 * @param {Status} status
 * @param {boolean} hasFilm
 * @returns {Phase}
 */
export function phaseOf({ state, recording, air = "none" }, hasFilm) {
  if (state === "scheduled" || state === "cancelled") return /** @type {Phase} */ (PHASES[state]);
  if (!hasFilm) return "nothing";
  if (state === "live" && OFF_AIR.includes(air)) return "between";
  if (state !== "ended") return PHASES[state] ?? "waiting";
  if (recording === "withdrawn") return "withdrawn";
  return recording === "open" ? "on-demand" : "over";
}

/**
 * Whether there is anything to see in this phase, or what was begun may be seen to its end.
 * @param {Phase} phase
 */
export const hasPicture = (phase) => ["running", "between", "paused", "on-demand", "over"].includes(phase);

/**
 * The card to show, or null for the picture. People watch some seconds behind: a pause and the end are shown only when
 * what was sent before them has been seen.
 * @param {Phase} phase
 * @param {Playback} playback
 * @returns {string | null}
 */
export function cardOf(phase, { begun, drained, finished, failing }) {
  switch (phase) {
    case "running":
      return failing ? "failing" : begun ? null : "starting";
    case "between":
    case "paused":
      return begun && !drained ? null : phase;
    case "over":
      return begun && !finished ? null : "over";
    case "on-demand":
      return failing ? "failing" : finished ? "finished" : null;
    default:
      return phase;
  }
}
