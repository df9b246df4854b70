// Counts down the seconds for which an offer stands.

const SECOND_MS = 1000;

/** @param {HTMLElement} element with `data-until`, an ISO moment */
export function connect(element) {
  const untilMs = new Date(element.dataset.until ?? "").getTime();
  const show = () => {
    const seconds = Math.max(0, Math.ceil((untilMs - Date.now()) / SECOND_MS));
    element.textContent = seconds > 0 ? `for ${seconds} s` : "no longer";
  };
  show();
  const timer = setInterval(show, SECOND_MS);
  return () => clearInterval(timer);
}
