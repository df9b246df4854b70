// The one outbox of reactions, on every page: reactions that an earlier page left unanswered are sent again from here.

import { ReactionOutbox } from "./helpers/reaction-outbox.js";
import { shelf } from "./helpers/shelf.js";
import { send } from "./live.js";

export const outbox = new ReactionOutbox(document.body.dataset.viewer ?? "", send, shelf(), navigator.locks);

/** @param {any} event */
function answered({ detail }) {
  const reaction = outbox.answered(detail);
  if (reaction) document.dispatchEvent(new CustomEvent("plenary:settled", { detail: { reaction, reason: detail.reason ?? null } }));
}

document.addEventListener("plenary:answered", answered);
document.addEventListener("plenary:connection", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.state !== "open") return;
  outbox.askAgain();
  outbox.adopt();
});
outbox.keepAsking();
