// Moments as they are written, in the reader's own time zone or another.

const LOCALE = "en-GB";

/** The reader's IANA zone, as the browser knows it. */
export const myZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * Writes a moment; `shape` is "time" (11:20) or "day" (Tuesday 28 June).
 * @param {Date} moment
 * @param {string} shape
 * @param {string} [zone] an IANA zone; the reader's own when left out
 */
export function written(moment, shape, zone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const parts =
    shape === "day"
      ? { weekday: "long", day: "numeric", month: "long" }
      : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const text = new Intl.DateTimeFormat(LOCALE, { ...parts, timeZone: zone }).format(moment);
  return text.replace(",", "");
}

/**
 * Writes how long it is to a moment: "in 14 min", "in 2 h 05 min", "in 3 days", or "now" when it is here or past.
 * @param {number} untilMs milliseconds from now to the moment
 */
export function waiting(untilMs) {
  const minutes = Math.ceil(untilMs / 60_000);
  if (minutes <= 0) return "now";
  if (minutes < 60) return `in ${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `in ${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  const days = Math.round(hours / 24);
  return days === 1 ? "in 1 day" : `in ${days} days`;
}
