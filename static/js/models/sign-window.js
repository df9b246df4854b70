// Where the sign-language window stands, how large it is, and whether it is wanted: as a viewer chose and will find again.

/** @typedef {"top-left" | "top-right" | "bottom-left" | "bottom-right" | "beside"} Place in a corner of the picture, or beside it */
/** @typedef {{ on: boolean, place: Place, size: number }} Choice `size` from 1 to LARGEST */

export const LARGEST = 3;
/** @type {Place[]} round the picture */
const CORNERS = ["top-left", "top-right", "bottom-right", "bottom-left"];

/**
 * What was chosen before; what is missing or unknown is as at first.
 * @param {string | null} kept
 * @param {boolean} isNeeded the viewer stated the need when registering
 * @returns {Choice}
 */
export function remembered(kept, isNeeded) {
  const choice = { on: isNeeded, place: /** @type {Place} */ ("bottom-right"), size: 2 };
  try {
    const { on, place, size } = JSON.parse(kept ?? "{}");
    if (typeof on === "boolean") choice.on = on;
    if (place === "beside" || CORNERS.includes(place)) choice.place = place;
    if (Number.isInteger(size)) choice.size = sized(size);
  } catch {
    return choice;
  }
  return choice;
}

/** @param {number} size */
export const sized = (size) => Math.min(Math.max(size, 1), LARGEST);

/**
 * Where an arrow key takes it. Beside the picture lies beyond its right edge.
 * @param {Place} place
 * @param {string} key
 * @returns {Place}
 */
export function moved(place, key) {
  if (place === "beside") return key === "ArrowLeft" ? "bottom-right" : place;
  let [row, side] = place.split("-");
  if (key === "ArrowRight" && side === "right") return "beside";
  if (key === "ArrowUp") row = "top";
  if (key === "ArrowDown") row = "bottom";
  if (key === "ArrowLeft") side = "left";
  if (key === "ArrowRight") side = "right";
  return /** @type {Place} */ (`${row}-${side}`);
}

/**
 * The corner after this one; from beside the picture, the first.
 * @param {Place} place
 */
export const next = (place) => CORNERS[(CORNERS.indexOf(place) + 1) % CORNERS.length] ?? place;

/**
 * The corner nearest to a point.
 * @param {number} x share of the picture's width
 * @param {number} y share of its height
 * @returns {Place}
 */
export const nearest = (x, y) => /** @type {Place} */ (`${y < 0.5 ? "top" : "bottom"}-${x < 0.5 ? "left" : "right"}`);
