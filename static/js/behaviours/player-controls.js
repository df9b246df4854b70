// Plays, fills the screen and sets the speed by the player's buttons, and shows what the video does.

import { obey, setToggle } from "../helpers/commands.js";
import { listen, together } from "../helpers/listeners.js";

/** @param {HTMLElement} element */
export function connect(element) {
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  const video = /** @type {HTMLVideoElement} */ (part("video"));
  const speed = /** @type {HTMLSelectElement} */ (part("[data-speed]"));

  const play = () => (video.paused ? video.play().catch(() => {}) : video.pause());
  const fillScreen = () => (document.fullscreenElement ? document.exitFullscreen() : enterFullScreen(element, video));
  const standApart = () =>
    (document.pictureInPictureElement ? document.exitPictureInPicture() : video.requestPictureInPicture()).catch(() => {});

  function draw() {
    setToggle(part("[data-command=play]"), !video.paused);
    setToggle(part("[data-command=full-screen]"), document.fullscreenElement === element);
    speed.value = String(video.playbackRate);
    element.dataset.busy = String(!video.paused && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA);
  }

  part("[data-command=picture-in-picture]").hidden = !document.pictureInPictureEnabled;
  draw();
  return together(
    obey(element, { play, "full-screen": fillScreen, "picture-in-picture": standApart }),
    listen(video, {
      play: draw,
      pause: draw,
      playing: draw,
      waiting: draw,
      ratechange: draw,
      /** @param {PointerEvent} event */
      click(event) {
        element.focus({ preventScroll: true });
        if (event.pointerType === "mouse") play();
      },
      dblclick: fillScreen,
    }),
    listen(speed, { change: () => (video.playbackRate = Number(speed.value)) }),
    listen(document, { fullscreenchange: draw }),
  );
}

/**
 * Fills the screen with the whole player where that can be, else (iPhone) with the video alone.
 * @param {HTMLElement} element
 * @param {HTMLVideoElement & { webkitEnterFullscreen?: () => void }} video
 */
function enterFullScreen(element, video) {
  if (element.requestFullscreen) element.requestFullscreen().catch(() => {});
  else video.webkitEnterFullscreen?.();
}
