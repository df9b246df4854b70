// What keeps somebody from being seen and heard, in words that say what to do.

/** @type {Record<string, string>} by the name of the error that a browser gives */
const DEVICES = {
  NotAllowedError: "Your browser does not let this page use your camera and microphone. Allow it by the sign beside the address, then load the page again.",
  NotFoundError: "We found no camera or microphone. Is one plugged in and switched on?",
  NotReadableError: "Another program is using your camera or microphone. Close it, then choose the device again.",
  OverconstrainedError: "This camera cannot do that. Please choose another.",
  SecurityError: "This page must be opened by https for your camera to work. Please tell the organiser.",
};

/** @param {unknown} error what getUserMedia threw */
export const deviceTrouble = (error) =>
  DEVICES[error instanceof Error ? error.name : ""] ?? "Your camera and microphone did not start. Please choose them again.";

export const NETWORK = "Your network lets the page through, but neither picture nor sound. Another network, or a phone's hotspot, often helps.";
export const AWAY = "The connection broke. We are joining again by ourselves.";

/**
 * What a refusal means for who was refused, and whether asking again helps.
 * @param {number} status
 * @param {string} sentence the server's own
 */
export function refusal(status, sentence) {
  if (status === 406) return { words: "Your browser cannot send the kind of picture that a stage needs (H.264). Please use another one.", again: false };
  if (status === 401 || status === 403 || status === 404) return { words: sentence || "You cannot join here. Please open your join link again.", again: false };
  return { words: sentence || AWAY, again: true };
}
