// The synchrony of two pictures: how the second one is brought to the first one's moment, and kept there.

/** A difference that nobody sees, seconds. */
const IN_STEP_S = 0.05;
/** The second picture jumps over a larger difference, and runs faster or slower over a smaller one. */
const FAR_S = 1;
/** The largest change of its speed meanwhile, as a share. */
const MOST = 0.25;

/**
 * @param {number} position of the second picture, seconds
 * @param {number} wanted the position where it should be
 * @param {number} rate the speed of the first picture
 * @returns {{ seek: number | null, rate: number }} the position to jump to, if any, and the speed to play at
 */
export function correction(position, wanted, rate) {
  const behind = wanted - position;
  if (Math.abs(behind) > FAR_S) return { seek: wanted, rate };
  if (Math.abs(behind) < IN_STEP_S) return { seek: null, rate };
  return { seek: null, rate: rate * (1 + Math.min(Math.max(behind, -MOST), MOST)) };
}
