// The phase of a session, and the card that stands in the picture's place: looked up in the table that the page was
// drawn by (server/rules/phases.py), with what this viewer has seen so far.

/** @typedef {"waiting" | "running" | "between" | "paused" | "on-demand" | "over" | "withdrawn" | "cancelled" | "nothing"} Phase */

/**
 * The facts that decide the phase. `air` is the state of the session's stage, `source` where its picture comes from; both
 * are "none" for a session without.
 * @typedef {{ state: string, recording: string, air: string, source: string }} Facts
 */

/** @typedef {[when: Partial<Record<keyof Facts, string[]>>, phase: Phase, card: string | null]} Rule a card of null is the picture */

/**
 * @typedef {object} Seen
 * @property {boolean} begun a first picture was there
 * @property {boolean} drained everything that was sent before a pause has been seen
 * @property {boolean} finished the picture was seen to its end
 * @property {boolean} failing the picture does not come, although it should
 */

/**
 * Looks up the first rule that holds.
 * @param {Rule[]} rules
 * @param {Facts} facts
 * @returns {{ phase: Phase, card: string | null }} `card`: the one that stands there while nothing has been seen
 */
export function lookUp(rules, facts) {
  const names = /** @type {(keyof Facts)[]} */ (Object.keys(facts));
  const found = rules.find(([when]) => names.every((name) => when[name]?.includes(facts[name]) ?? true));
  if (!found) throw new RangeError(`No phase is known for ${JSON.stringify(facts)}.`);
  const [, phase, card] = found;
  return { phase, card };
}

/**
 * True in a phase with something to see, or in which a picture that was begun may be seen to its end.
 * @param {Phase} phase
 */
export const hasPicture = (phase) => ["running", "between", "paused", "on-demand", "over"].includes(phase);

/**
 * The card to show; null for the picture. People watch some seconds behind: a pause and the end are shown only when
 * everything that was sent before has been seen.
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
