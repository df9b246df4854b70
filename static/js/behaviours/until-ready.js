// Draws a part of the page anew until everything in it is ready.

const EVERY_MS = 2_000;

/** @param {HTMLElement} element with an id, and with `data-busy` while something is not ready */
export function connect(element) {
  if (!("busy" in element.dataset)) return;
  const timer = setTimeout(async () => {
    const answer = await fetch(location.href).catch(() => null);
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const fresh = page?.getElementById(element.id) ?? element.cloneNode(true);
    element.replaceWith(document.importNode(fresh, true));
  }, EVERY_MS);
  return () => clearTimeout(timer);
}
