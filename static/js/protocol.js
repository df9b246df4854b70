// The live protocol as a page speaks it; the prose is rooms/PROTOCOL.md, and tests/wire holds a sample of each message.

/** @typedef {"clap" | "love" | "agree" | "laugh" | "wow" | "idea"} Emoji */
/** @typedef {"busy" | "credit" | "not-live" | "too-late" | "no-such-session" | "forbidden"} Reason */
/** @typedef {Record<string, any>} State the state of one topic */
/** @typedef {import("./models/backstage.js").Source} Source */
/** @typedef {{ id: string, name: string, text: string }} Message of a table's talk */

/**
 * The states of the topics that scripts read, by the topic's name. Moments are epoch milliseconds.
 * @typedef {object} Topics
 * @property {{ state: string, recording: string }} status
 * @property {{ state: string, at: number | null, is_signed: boolean }} air
 * @property {{ sources: Source[], follows_voice: boolean }} backstage
 * @property {{ totals: Record<Emoji, number>, paused: boolean }} reactions
 * @property {{ accepted: number }} ledger
 * @property {{ safe_up_to: number | null, troubles: string[] }} kept
 * @property {{ messages: Message[] }} messages
 */

/** @typedef {{ type: "welcome" | "changed", room: string, epoch: string, seq: number, topics: Record<string, State> }} RoomNotice */
/** @typedef {{ type: "taken", sender: string, n: number }} Taken */
/** @typedef {{ type: "refused", sender: string, n: number, reason: Reason }} Refused */
/** @typedef {{ type: "denied", room: string, reason: string }} Denied */
/** @typedef {RoomNotice | Taken | Refused | Denied} Notice */
/** @typedef {{ session: string, sender: string, n: number, emoji: Emoji, at: number | null }} Reaction */

export const SIGNED_OUT = 4502;

/** @type {Record<string, Record<string, string>>} the fields of every notice, with their types */
const NOTICES = {
  welcome: { room: "string", epoch: "string", seq: "number", topics: "object" },
  changed: { room: "string", epoch: "string", seq: "number", topics: "object" },
  taken: { sender: "string", n: "number" },
  refused: { sender: "string", n: "number", reason: "string" },
  denied: { room: "string", reason: "string" },
};

/**
 * Reads a frame; null for a notice that only a newer server knows. Throws TypeError for a notice without its fields.
 * @param {string} frame
 * @returns {Notice | null}
 */
export function read(frame) {
  const notice = JSON.parse(frame);
  const fields = NOTICES[notice.type];
  if (!fields) return null;
  for (const [name, type] of Object.entries(fields)) {
    if (typeof notice[name] !== type || notice[name] === null) throw new TypeError(`${notice.type}: ${name} is not a ${type}`);
  }
  return notice;
}

/**
 * @param {string[]} rooms all rooms that the page is in
 * @param {string[]} observed all rooms that it shows without being in them
 */
export const hello = (rooms, observed) => JSON.stringify({ type: "hello", rooms, observed });

/** @param {Reaction} reaction */
export const reactionSend = ({ session, sender, n, emoji, at }) =>
  JSON.stringify({ type: "reaction.send", session, sender, n, emoji, at });

/**
 * @param {string} room
 * @param {boolean} isPlaying
 */
export const playing = (room, isPlaying) => JSON.stringify({ type: "playing", room, playing: isPlaying });

/**
 * True when a page may come back after this close code.
 * @param {number} code
 */
export const comesBack = (code) => code < 4500 || code > 4999;
