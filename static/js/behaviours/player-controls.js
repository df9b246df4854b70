// The player's buttons and sliders: they work the video element, and show what it is doing.

import { listen, together } from "../helpers/listeners.js";
import { clock, isAtEdge, spoken, within } from "../models/timeline.js";

const QUIET_AFTER_MS = 2_500;
const VOLUME_KEY = "volume";

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const bar = /** @type {HTMLElement} */ (element.querySelector("[data-controls]"));
  const seek = /** @type {HTMLInputElement} */ (bar.querySelector("[data-seek]"));
  const volume = /** @type {HTMLInputElement} */ (bar.querySelector("[data-volume]"));
  const speed = /** @type {HTMLSelectElement} */ (bar.querySelector("[data-speed]"));
  const time = /** @type {HTMLElement} */ (bar.querySelector("[data-time]"));
  const button = (/** @type {string} */ name) => /** @type {HTMLElement} */ (bar.querySelector(`[data-command="${name}"]`));
  let seeking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let quieting;

  const isLive = () => element.dataset.live === "true";
  const end = () => (isLive() ? Number(element.dataset.edge) : Number.isFinite(video.duration) ? video.duration : 0);

  /** @param {number} seconds */
  const moveBy = (seconds) => {
    video.currentTime = within(video.currentTime + seconds, end());
  };

  /** @param {number} change */
  const louder = (change) => {
    video.muted = false;
    video.volume = Math.min(Math.max(video.volume + change, 0), 1);
  };

  /** @type {Record<string, () => unknown>} */
  const commands = {
    play: () => (video.paused ? video.play().catch(() => {}) : video.pause()),
    mute: () => (video.muted = !video.muted),
    back: () => moveBy(-10),
    forward: () => moveBy(10),
    louder: () => louder(0.1),
    quieter: () => louder(-0.1),
    captions: () => {},
    "full-screen": () => (document.fullscreenElement ? document.exitFullscreen() : enterFullScreen(element, video)),
    "picture-in-picture": () =>
      (document.pictureInPictureElement ? document.exitPictureInPicture() : video.requestPictureInPicture()).catch(() => {}),
  };

  /**
   * Names a button by what pressing it does now; the words stand in the page.
   * @param {string} name
   * @param {boolean} on
   */
  function label(name, on) {
    const each = button(name);
    each.dataset.on = String(on);
    each.setAttribute("aria-label", (on ? each.dataset.labelOn : each.dataset.labelOff) ?? "");
    each.title = each.getAttribute("aria-label") ?? "";
  }

  function drawTime() {
    const [at, last] = [video.currentTime, end()];
    const behind = isLive() && !isAtEdge(at, last);
    element.dataset.behind = String(behind);
    if (!seeking) {
      seek.max = String(Math.max(last, at));
      seek.value = String(at);
    }
    const shown = Number(seek.value);
    seek.style.setProperty("--done", `${last > 0 ? (100 * shown) / Number(seek.max) : 0}%`);
    seek.setAttribute("aria-valuetext", isLive() ? (behind ? `${spoken(last - shown)} behind` : "live") : spoken(shown));
    time.textContent = isLive() ? (behind ? `−${clock(last - shown)}` : "") : `${clock(shown)} / ${clock(last)}`;
  }

  function drawState() {
    label("play", !video.paused);
    label("mute", video.muted || video.volume === 0);
    label("full-screen", document.fullscreenElement === element);
    volume.value = String(video.muted ? 0 : video.volume);
    volume.style.setProperty("--done", `${100 * Number(volume.value)}%`);
    speed.value = String(video.playbackRate);
    element.dataset.busy = String(!video.paused && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA);
  }

  /** Controls are quiet until needed: they go when the picture runs and nobody moves. */
  function wake() {
    element.dataset.quiet = "false";
    clearTimeout(quieting);
    quieting = setTimeout(() => {
      element.dataset.quiet = String(!video.paused);
    }, QUIET_AFTER_MS);
  }

  const remembered = Number(localStorage.getItem(VOLUME_KEY) ?? 1);
  video.volume = remembered >= 0 && remembered <= 1 ? remembered : 1;
  button("picture-in-picture").hidden = !document.pictureInPictureEnabled;
  drawState();
  drawTime();
  wake();
  return together(
    listen(video, {
      timeupdate: drawTime,
      durationchange: drawTime,
      seeked: drawTime,
      play: drawState,
      pause() {
        drawState();
        wake();
      },
      playing: drawState,
      waiting: drawState,
      ratechange: drawState,
      volumechange() {
        drawState();
        if (!video.muted) localStorage.setItem(VOLUME_KEY, String(video.volume));
      },
      /** @param {PointerEvent} event */
      click(event) {
        element.focus({ preventScroll: true });
        if (event.pointerType === "mouse") commands.play?.();
      },
      dblclick: () => commands["full-screen"]?.(),
    }),
    listen(element, {
      pointermove: wake,
      pointerdown: wake,
      keydown: wake,
      focusin: wake,
      /** @param {CustomEvent<string>} event */
      "player:command": ({ detail }) => (detail === "captions" ? button(detail).click() : commands[detail]?.()),
    }),
    listen(bar, {
      /** @param {MouseEvent} event */
      click(event) {
        const asked = event.target instanceof Element && event.target.closest("[data-command]");
        if (asked instanceof HTMLElement) commands[asked.dataset.command ?? ""]?.();
      },
    }),
    listen(seek, {
      input() {
        seeking = true;
        drawTime();
      },
      change() {
        seeking = false;
        video.currentTime = Number(seek.value);
      },
    }),
    listen(volume, { input: () => louder(Number(volume.value) - video.volume) }),
    listen(speed, { change: () => (video.playbackRate = Number(speed.value)) }),
    listen(document, { fullscreenchange: drawState }),
    () => clearTimeout(quieting),
  );
}

/**
 * The whole player where that can be, else (iPhone) the video alone.
 * @param {HTMLElement} element
 * @param {HTMLVideoElement & { webkitEnterFullscreen?: () => void }} video
 */
function enterFullScreen(element, video) {
  if (element.requestFullscreen) element.requestFullscreen().catch(() => {});
  else video.webkitEnterFullscreen?.();
}
