// Says now and then that the table is open here, so that its seat is kept while somebody waits for one.

const EVERY_MS = 60_000;

/** @param {HTMLElement} element with `data-address`, where the seat is kept */
export function connect(element) {
  const keep = () => fetch(element.dataset.address ?? "", { method: "PUT", credentials: "same-origin" }).catch(() => {});
  keep();
  const timer = setInterval(keep, EVERY_MS);
  return () => clearInterval(timer);
}
