// The phase of a session, and the card that stands in the picture's place: looked up in the table that the page was
// drawn by (server/rules/phases.py), with what this viewer has seen so far.

/** @typedef {"waiting" | "running" | "between" | "paused" | "on-demand" | "over" | "withdrawn" | "cancelled" | "nothing"} Phase */

/**
 * What decides the phase. `air` is the state of the session's stage, "none" without one; `source` is where its picture
 * comes from, "none" where there is none.
 * @typedef {{ state: string, recording: string, air: string, source: string }} Facts
 */

/** @typedef {[when: Partial<Record<keyof Facts, string[]>>, phase: Phase, card: string | null]} Rule a card of null is the picture */

/**
 * @typedef {object} Seen
 * @property {boolean} begun a first picture was there
 * @property {boolean} drained all that was sent has been seen
 * @property {boolean} finished it was seen to its end
 * @property {boolean} failing the picture cannot be had, again and again
 */

/**
 * Looks up the first rule that holds.
 * @param {Rule[]} rules
 * @param {Facts} facts
 * @returns {{ phase: Phase, card: string | null }} `card`: while nothing has been seen
 */
export function lookUp(rules, facts) {
  const names = /** @type {(keyof Facts)[]} */ (Object.keys(facts));
  const found = rules.find(([when]) => names.every((name) => when[name]?.includes(facts[name]) ?? true));
  if (!found) throw new RangeError(`No phase is known for ${JSON.stringify(facts)}.`);
  const [, phase, card] = found;
  return { phase, card };
}

/**
 * True where there is something to see, or where what was begun may be seen to its end.
 * @param {Phase} phase
 */
export const hasPicture = (phase) => ["running", "between", "paused", "on-demand", "over"].includes(phase);

/**
 * The card to show; null for the picture. People watch some seconds behind: a pause and the end are shown only when
 * what was sent before them has been seen.
 * @param {{ phase: Phase, card: string | null }} rule
 * @param {Seen} seen
 * @returns {string | null}
 */
export function cardOf({ phase, card }, { begun, drained, finished, failing }) {
  switch (phase) {
    case "running":
      return failing ? "failing" : begun ? null : card;
    case "between":
    case "paused":
      return begun && !drained ? null : card;
    case "over":
      return begun && !finished ? null : card;
    case "on-demand":
      return failing ? "failing" : finished ? "finished" : card;
    default:
      return card;
  }
}
