// The keys of the player and their commands. Keys 1 to 6 are the reactions' own.

const COMMANDS = new Map([
  [" ", "play"],
  ["k", "play"],
  ["m", "mute"],
  ["c", "captions"],
  ["f", "full-screen"],
  ["i", "picture-in-picture"],
  ["l", "edge"],
  ["s", "sign"],
  ["ArrowLeft", "back"],
  ["ArrowRight", "forward"],
  ["ArrowUp", "louder"],
  ["ArrowDown", "quieter"],
]);

/**
 * The keys that an element uses itself: a button is pressed by space, a slider moved by arrows.
 * @type {Record<string, string[]>}
 */
const OWN_KEYS = {
  button: [" "],
  range: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
};

/**
 * @param {{ key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean }} press
 * @param {string} on the kind of element that has the focus: "button", "range", "typing" or anything else
 * @returns {string | null} the command
 */
export function commandOf({ key, ctrlKey, metaKey, altKey }, on) {
  if (ctrlKey || metaKey || altKey || on === "typing") return null;
  const name = key.length === 1 ? key.toLowerCase() : key;
  const own = OWN_KEYS[on] ?? [];
  return own.includes(name) ? null : (COMMANDS.get(name) ?? null);
}
