// Switches between light and dark, and keeps the choice.

import { remember } from "../helpers/cookies.js";
import { listen, together } from "../helpers/listeners.js";

const SYSTEM_IS_DARK = matchMedia("(prefers-color-scheme: dark)");

/** @param {HTMLElement} button */
export function connect(button) {
  const sheet = document.querySelector("link[data-dark]");
  if (!(sheet instanceof HTMLLinkElement)) return;

  const isDark = () => matchMedia(sheet.media).matches;
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  const toggle = () => {
    const theme = isDark() ? "light" : "dark";
    sheet.media = theme === "dark" ? "screen" : "not all";
    remember("theme", theme);
    show();
  };
  button.hidden = false;
  show();
  return together(listen(button, { click: toggle }), listen(SYSTEM_IS_DARK, { change: show }));
}
