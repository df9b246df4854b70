// The pace that keeps a viewer close behind a stage: a picture that stood still for a moment is late from then on.

/** A picture later than this hurries, until it is less late than the other, seconds. */
const LATE_S = 0.4;
const IN_TIME_S = 0.1;
/** A viewer later than this went back on purpose, or had a picture that stood still for long, seconds. */
const AWAY_S = 3;
/** With less than this loaded the picture does not hurry: it would stand still again, seconds. */
const LEAST_AHEAD_S = 0.5;
/** A speed that is hardly heard: the pitch stays. */
const HURRIED = 1.1;

/**
 * True when the picture is close enough to be following the stage.
 * @param {number} late the distance behind the position where it should be, seconds
 */
export const isFollowing = (late) => late < AWAY_S;

/**
 * @param {number} late the distance behind the position where the picture should be, seconds
 * @param {number} ahead what is loaded and not played yet, seconds
 * @param {boolean} hurries true when it hurries already
 * @returns {number} the speed to play at
 */
export function pace(late, ahead, hurries) {
  const isLate = late > (hurries ? IN_TIME_S : LATE_S) && isFollowing(late);
  return isLate && ahead > LEAST_AHEAD_S ? HURRIED : 1;
}
