// The one sender of reactions of a page, on whichever page: what an earlier page left unanswered is asked from here.

import { Outstanding } from "./helpers/outstanding.js";
import { shelf } from "./helpers/shelf.js";
import { send } from "./live.js";

export const outstanding = new Outstanding(document.body.dataset.viewer ?? "", send, shelf(), navigator.locks);

/** @param {any} event */
function answered({ detail }) {
  const reaction = outstanding.answered(detail);
  if (reaction) document.dispatchEvent(new CustomEvent("plenary:settled", { detail: { reaction, reason: detail.reason ?? null } }));
}

document.addEventListener("plenary:answered", answered);
document.addEventListener("plenary:line", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.state !== "open") return;
  outstanding.askAgain();
  outstanding.adopt();
});
outstanding.keepAsking();
