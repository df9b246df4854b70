// The troubles that keep a speaker from being seen and heard, in words that say what to do.

/** @typedef {"camera" | "microphone"} Device */

/** @type {Record<string, (which: Device[]) => string>} by the name of the browser's error */
const DEVICES = {
  NotAllowedError: (which) => `Your browser does not let this page use your ${which.join(" and ")}. Allow it by the sign beside the address, then try again.`,
  NotFoundError: (which) => `We found no ${which.join(" or ")}. Is it plugged in and switched on?`,
  NotReadableError: () => "Another program is using your camera or microphone. Close it, then try again.",
  OverconstrainedError: () => "This camera or microphone is not there any more. Please choose another.",
  SecurityError: () => "This page must be opened by https for your camera to work. Please tell the organiser.",
};

const UNKNOWN = () => "Your camera and microphone did not start. Please choose them again.";

/**
 * The words for devices that did not open.
 * @param {unknown} error as getUserMedia threw it
 * @param {Device[]} which devices it is about, as far as the browser tells
 */
export const deviceTrouble = (error, which) =>
  (DEVICES[error instanceof Error ? error.name : ""] ?? UNKNOWN)(which.length > 0 ? which : ["camera", "microphone"]);

/**
 * The words for a device that stopped.
 * @param {Device} device
 */
export const unplugged = (device) => `Your ${device} has stopped. Plug it in again or choose another, then try again.`;

export const NETWORK = "Your network lets the page through, but neither picture nor sound. Another network, or a phone's hotspot, often helps.";
export const AWAY = "The connection broke. We are joining again by ourselves.";

/**
 * The words for a refused offer, and true where asking again helps.
 * @param {number} status
 * @param {string} sentence of the server
 */
export function refusal(status, sentence) {
  if (status === 406) return { words: "Your browser cannot send the kind of picture that a stage needs (H.264). Please use another one.", again: false };
  if (status === 401 || status === 403 || status === 404) return { words: sentence || "You cannot join here. Please open your join link again.", again: false };
  return { words: sentence || AWAY, again: true };
}
