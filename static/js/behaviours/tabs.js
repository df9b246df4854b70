// Shows one panel at a time (WAI-ARIA tabs; arrow keys choose). Without scripts all panels stand in a column.

import { listen } from "../helpers/listeners.js";

/** @type {Record<string, (index: number, count: number) => number>} */
const MOVES = {
  ArrowRight: (index, count) => (index + 1) % count,
  ArrowLeft: (index, count) => (index - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** @param {HTMLElement} element */
export function connect(element) {
  const list = /** @type {HTMLElement} */ (element.querySelector('[role="tablist"]'));
  const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role="tab"]')]);
  const panelOf = (/** @type {HTMLElement} */ tab) =>
    /** @type {HTMLElement} */ (document.getElementById(tab.getAttribute("aria-controls") ?? ""));

  /** @param {HTMLElement | undefined} chosen */
  function choose(chosen) {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      panelOf(tab).hidden = tab !== chosen;
    }
  }

  for (const tab of tabs) {
    panelOf(tab).setAttribute("role", "tabpanel");
    panelOf(tab).setAttribute("aria-labelledby", tab.id);
    panelOf(tab).tabIndex = 0;
  }
  list.hidden = false;
  element.classList.add("is-on");
  choose(tabs[0]);

  return listen(list, {
    /** @param {MouseEvent} event */
    click(event) {
      const tab = event.target instanceof Element && event.target.closest('[role="tab"]');
      if (tab) choose(/** @type {HTMLElement} */ (tab));
    },
    /** @param {KeyboardEvent} event */
    keydown(event) {
      const move = MOVES[event.key];
      if (!move) return;
      event.preventDefault();
      const now = tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
      const next = tabs[move(now, tabs.length)];
      choose(next);
      next?.focus();
    },
  });
}
