// Who of those backstage is sent out, and who is to be but is not there.

/** @typedef {{ id: string, person: string | null, name: string, role: string, slot: number | null, state: string, on_air: boolean, taken: boolean, signing: boolean }} Source */

/**
 * Whether picture or sound of a person are sent out while the stage is on air: in the programme or the sign-language window.
 * @param {Source[]} sources
 * @param {string | undefined} person
 */
export const isSentOut = (sources, person) =>
  sources.some((source) => source.person === person && source.state === "here" && (source.on_air || source.taken || source.signing));

/**
 * The names of those whose picture is to be shown, and who have gone.
 * @param {Source[]} sources
 */
export const missing = (sources) => sources.filter(({ slot, taken, signing }) => slot === null && (taken || signing)).map(({ name }) => name);
