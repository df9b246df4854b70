// Tells the server now and then that the table's page is open, so that the seat is kept while others wait.

const EVERY_MS = 60_000;

/** @param {HTMLElement} element with the `data-address` of the seat */
export function connect(element) {
  const keep = () => fetch(element.dataset.address ?? "", { method: "PUT", credentials: "same-origin" }).catch(() => {});
  keep();
  const timer = setInterval(keep, EVERY_MS);
  return () => clearInterval(timer);
}
