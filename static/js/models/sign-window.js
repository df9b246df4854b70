// The sign-language window as a viewer chose it and finds it again: wanted or not, where it stands, and its size.

/** @typedef {"top-left" | "top-right" | "bottom-left" | "bottom-right" | "beside"} Anchor a corner of the picture, or beside it */
/** @typedef {{ on: boolean, anchor: Anchor, size: number }} Choice `size` from 1 to LARGEST */

export const LARGEST = 3;
/** @type {Anchor[]} round the picture */
const CORNERS = ["top-left", "top-right", "bottom-right", "bottom-left"];

/**
 * Reads the choice of before; what is missing or unknown in it is as at first.
 * @param {string | null} kept
 * @param {boolean} isNeeded the viewer stated the need when registering
 * @returns {Choice}
 */
export function remembered(kept, isNeeded) {
  const choice = { on: isNeeded, anchor: /** @type {Anchor} */ ("bottom-right"), size: 2 };
  try {
    const { on, anchor, size } = JSON.parse(kept ?? "{}");
    if (typeof on === "boolean") choice.on = on;
    if (anchor === "beside" || CORNERS.includes(anchor)) choice.anchor = anchor;
    if (Number.isInteger(size)) choice.size = sized(size);
  } catch {
    return choice;
  }
  return choice;
}

/** @param {number} size */
export const sized = (size) => Math.min(Math.max(size, 1), LARGEST);

/**
 * The anchor to which an arrow key takes the window. Beside the picture lies beyond its right edge.
 * @param {Anchor} anchor
 * @param {string} key
 * @returns {Anchor}
 */
export function moved(anchor, key) {
  if (anchor === "beside") return key === "ArrowLeft" ? "bottom-right" : anchor;
  let [row, side] = anchor.split("-");
  if (key === "ArrowRight" && side === "right") return "beside";
  if (key === "ArrowUp") row = "top";
  if (key === "ArrowDown") row = "bottom";
  if (key === "ArrowLeft") side = "left";
  if (key === "ArrowRight") side = "right";
  return /** @type {Anchor} */ (`${row}-${side}`);
}

/**
 * The corner after this one; from beside the picture, the first.
 * @param {Anchor} anchor
 */
export const next = (anchor) => CORNERS[(CORNERS.indexOf(anchor) + 1) % CORNERS.length] ?? anchor;

/**
 * The corner nearest to a point.
 * @param {number} x as a share of the picture's width
 * @param {number} y as a share of its height
 * @returns {Anchor}
 */
export const nearest = (x, y) => /** @type {Anchor} */ (`${y < 0.5 ? "top" : "bottom"}-${x < 0.5 ? "left" : "right"}`);
