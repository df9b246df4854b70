// How a second picture is brought to where the first one is, and kept there.

/** So little nobody sees, seconds. */
const IN_STEP_S = 0.05;
/** What is further away is jumped to; what is nearer is run after or waited for. */
const FAR_S = 1;
/** By how much it may run faster or slower meanwhile. */
const MOST = 0.25;

/**
 * @param {number} at where the second picture is, seconds
 * @param {number} wanted where it should be
 * @param {number} rate how fast the first one plays
 * @returns {{ seek: number | null, rate: number }} where to jump to, if at all, and how fast to play
 */
export function correction(at, wanted, rate) {
  const behind = wanted - at;
  if (Math.abs(behind) > FAR_S) return { seek: wanted, rate };
  if (Math.abs(behind) < IN_STEP_S) return { seek: null, rate };
  return { seek: null, rate: rate * (1 + Math.min(Math.max(behind, -MOST), MOST)) };
}
