// Connects each element with a `data-behaviour="name"` to `behaviours/name.js`, and disconnects it when it goes.

import "./applause.js";

/** @typedef {() => void} Disconnect */
/** @typedef {(element: HTMLElement) => Disconnect | void} Connect */

/** @type {Map<Element, Disconnect[]>} */
const connected = new Map();

/**
 * Connects elements once all their behaviours are loaded, so that no event comes before its listener.
 * @param {HTMLElement[]} elements
 */
async function connectAll(elements) {
  const fresh = elements.filter((element) => !connected.has(element));
  for (const element of fresh) connected.set(element, []);
  /** @type {Map<string, { connect: Connect }>} */
  const behaviours = new Map();
  /** @param {string} name */
  const load = async (name) => behaviours.set(name, await import(`./behaviours/${name}.js`));
  const loads = await Promise.allSettled([...new Set(fresh.flatMap(namesOf))].map(load));
  for (const element of fresh) if (connected.has(element)) connect(element, behaviours);
  for (const outcome of loads) if (outcome.status === "rejected") reportError(outcome.reason);
}

/**
 * @param {HTMLElement} element
 * @param {Map<string, { connect: Connect }>} behaviours
 */
function connect(element, behaviours) {
  for (const name of namesOf(element)) {
    try {
      const end = behaviours.get(name)?.connect(element);
      if (end) connected.get(element)?.push(end);
    } catch (error) {
      reportError(error);
    }
  }
}

/** @param {HTMLElement} element */
const namesOf = (element) => (element.dataset.behaviour ?? "").split(" ").filter(Boolean);

/** @param {Element} element */
function disconnect(element) {
  for (const end of connected.get(element) ?? []) end();
  connected.delete(element);
}

/**
 * The elements of a subtree that have a behaviour, its root included.
 * @param {Node} root
 * @returns {HTMLElement[]}
 */
function behaving(root) {
  if (!(root instanceof Element)) return [];
  const inside = [...root.querySelectorAll("[data-behaviour]")];
  return (root.matches("[data-behaviour]") ? [root, ...inside] : inside).filter((element) => element instanceof HTMLElement);
}

// Live lists and redrawn parts of a page bring elements and take them away.
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const gone of change.removedNodes) {
      if (!gone.isConnected) behaving(gone).forEach(disconnect);
    }
    for (const added of change.addedNodes) {
      if (added.isConnected) connectAll(behaving(added));
    }
  }
}).observe(document.documentElement, { childList: true, subtree: true });

// Tests wait for this.
await connectAll(behaving(document.documentElement));
document.documentElement.dataset.connected = "yes";
