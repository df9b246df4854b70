// How fast to play so as to stay close behind a stage: a picture that stood still for a moment is late from then on.

/** Whoever is later than this hurries, until less than the other is left, seconds. */
const LATE_S = 0.4;
const IN_TIME_S = 0.1;
/** Whoever is later than this has gone back on purpose, or stood still for long. */
const AWAY_S = 3;
/** With less than this still to play one does not hurry: it would stand still again. */
const LEAST_AHEAD_S = 0.5;
/** So little is hardly heard: the pitch stays. */
const HURRIED = 1.1;

/**
 * Whether one watches what happens now.
 * @param {number} late how far behind the place where one should be, seconds
 */
export const isFollowing = (late) => late < AWAY_S;

/**
 * @param {number} late how far behind the place where one should be, seconds
 * @param {number} ahead how much is there to be played, seconds
 * @param {boolean} hurries whether one does so already
 * @returns {number} the speed to play at
 */
export function pace(late, ahead, hurries) {
  const isLate = late > (hurries ? IN_TIME_S : LATE_S) && isFollowing(late);
  return isLate && ahead > LEAST_AHEAD_S ? HURRIED : 1;
}
