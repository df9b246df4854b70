// Keeps the newest message of a talk in sight.

/** @param {HTMLElement} element */
export function connect(element) {
  element.scrollTop = element.scrollHeight;
}
