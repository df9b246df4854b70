// Connects the elements that opt in with `data-behaviour="name"` to `behaviours/name.js`, and lets go of them again.

import "./applause.js";

/** @typedef {() => void} Disconnect */
/** @typedef {(element: HTMLElement) => Disconnect | void} Connect */

/** @type {Map<Element, Disconnect[]>} */
const connected = new Map();

/** @param {Element} element */
async function connect(element) {
  if (!(element instanceof HTMLElement) || connected.has(element)) return;
  /** @type {Disconnect[]} */
  const ends = [];
  connected.set(element, ends);
  for (const name of (element.dataset.behaviour ?? "").split(" ").filter(Boolean)) {
    /** @type {{ connect: Connect }} */
    const behaviour = await import(`./behaviours/${name}.js`);
    if (connected.get(element) !== ends) return;
    const disconnect = behaviour.connect(element);
    if (disconnect) ends.push(disconnect);
  }
}

/** @param {Element} element */
function disconnect(element) {
  for (const end of connected.get(element) ?? []) end();
  connected.delete(element);
}

/**
 * Every element of a subtree that has a behaviour, its root included.
 * @param {Node} root
 * @returns {Element[]}
 */
function behaving(root) {
  if (!(root instanceof Element)) return [];
  const inside = [...root.querySelectorAll("[data-behaviour]")];
  return root.matches("[data-behaviour]") ? [root, ...inside] : inside;
}

// Live lists and refreshed parts of a page bring elements with them and take them away.
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const gone of change.removedNodes) {
      if (!gone.isConnected) behaving(gone).forEach(disconnect);
    }
    for (const added of change.addedNodes) {
      if (added.isConnected) behaving(added).forEach(connect);
    }
  }
}).observe(document.documentElement, { childList: true, subtree: true });

// Whoever drives the page from outside can wait for this.
await Promise.all(behaving(document.documentElement).map(connect));
document.documentElement.dataset.connected = "yes";
