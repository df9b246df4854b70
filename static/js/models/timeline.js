// Positions in what is played, in numbers and in words.

/** A viewer this close to the live edge is live: the player's own delay and a little more. */
const LIVE_WITHIN_S = 15;

/** @param {number} seconds */
const whole = (seconds) => Math.max(0, Math.floor(seconds));

/**
 * Writes seconds as on a clock: 4:05 or 1:04:05.
 * @param {number} seconds
 */
export function clock(seconds) {
  const total = whole(seconds);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = String(total % 60).padStart(2, "0");
  if (total < 3600) return `${minutes}:${rest}`;
  return `${Math.floor(total / 3600)}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/**
 * Says seconds in words, for screen readers: 4 minutes 5 seconds.
 * @param {number} seconds
 */
export function spoken(seconds) {
  const total = whole(seconds);
  /** @type {[number, string][]} */
  const parts = [
    [Math.floor(total / 3600), "hour"],
    [Math.floor((total % 3600) / 60), "minute"],
    [total % 60, "second"],
  ];
  const said = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}${amount === 1 ? "" : "s"}`);
  return said.join(" ") || "the start";
}

/**
 * The nearest position that can be reached.
 * @param {number} position seconds
 * @param {number} end seconds
 */
export const within = (position, end) => Math.min(Math.max(position, 0), Math.max(end, 0));

/**
 * True when a position counts as live.
 * @param {number} position seconds
 * @param {number} edge the live edge, seconds
 */
export const isAtEdge = (position, edge) => edge - position <= LIVE_WITHIN_S;

/**
 * The last second that can be reached; 0 while it is not known.
 * @param {boolean} isLive
 * @param {number} edge the live edge, seconds
 * @param {number} duration of a recording, seconds
 */
export const lastSecond = (isLive, edge, duration) => (isLive ? edge : Number.isFinite(duration) ? duration : 0);

/**
 * The words of the player for a position: behind the live edge where there is one, else from the start.
 * @param {number} position seconds
 * @param {number} last the last second that can be reached
 * @param {"live" | "behind" | "recorded"} kind `live`: at the live edge
 */
export function positionWords(position, last, kind) {
  if (kind === "live") return { written: "", spoken: "live" };
  if (kind === "behind") return { written: `−${clock(last - position)}`, spoken: `${spoken(last - position)} behind` };
  return { written: `${clock(position)} / ${clock(last)}`, spoken: spoken(position) };
}
