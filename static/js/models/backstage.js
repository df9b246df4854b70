// The sources backstage: those that are sent out, and those that are taken and have gone.

/**
 * Somebody, or an encoder, who is backstage, as the topic `backstage` says it.
 * @typedef {object} Source
 * @property {string} id
 * @property {string | null} person
 * @property {string} name
 * @property {string} role
 * @property {number | null} slot null once they have gone
 * @property {string} state
 * @property {string | null} connection
 * @property {boolean} on_air their sound is in the programme
 * @property {boolean} taken their picture is the programme's
 * @property {boolean} signing their picture is in the sign window
 */

/**
 * True when the picture or sound of a person goes out while the stage is on air, in the programme or the sign window.
 * @param {Source[]} sources
 * @param {string | undefined} person
 */
export const isSentOut = (sources, person) =>
  sources.some((source) => source.person === person && source.state === "here" && (source.on_air || source.taken || source.signing));

/**
 * The names of people whose picture is to be shown and who have gone.
 * @param {Source[]} sources
 */
export const missing = (sources) => sources.filter(({ slot, taken, signing }) => slot === null && (taken || signing)).map(({ name }) => name);
