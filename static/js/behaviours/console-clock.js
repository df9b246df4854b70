// Shows the time in the event's zone, to the second.

const SECOND_MS = 1000;

/** @param {HTMLElement} element with `data-zone`, an IANA zone */
export function connect(element) {
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: element.dataset.zone });
  const show = () => {
    element.textContent = clock.format(new Date());
  };
  show();
  const timer = setInterval(show, SECOND_MS);
  return () => clearInterval(timer);
}
