// The player's commands, given by a press of a `data-command` button in it or by a key (behaviours/player-keys.js).

import { listen } from "./listeners.js";

/**
 * Carries out these commands and leaves others alone; returns a function that stops it.
 * @param {HTMLElement} player
 * @param {Record<string, () => unknown>} commands by name
 */
export const obey = (player, commands) =>
  listen(player, {
    /** @param {MouseEvent} event */
    click({ target }) {
      const button = target instanceof Element && target.closest("[data-command]");
      if (button instanceof HTMLElement) commands[button.dataset.command ?? ""]?.();
    },
    /** @param {CustomEvent<string>} event */
    "player:command": ({ detail }) => commands[detail]?.(),
  });

/**
 * Names a button by what pressing it does now; the words for both states stand in the page.
 * @param {HTMLElement} button
 * @param {boolean} isOn
 */
export function setToggle(button, isOn) {
  const { labelOn = "", labelOff = "" } = button.dataset;
  button.dataset.on = String(isOn);
  button.title = isOn ? labelOn : labelOff;
  button.setAttribute("aria-label", button.title);
}
