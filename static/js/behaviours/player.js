// Plays a session: waits for it, goes live with it, stays to its end, and plays its recording.
// Tells others by `data-phase`, `data-playing`, `data-media-time`, `data-live` and the events `plenary:playing` and,
// four times a second, `player:beat`.

import { EDGE, Feed } from "../helpers/feed.js";
import { listen, together } from "../helpers/listeners.js";
import { watch } from "../live.js";
import { Following } from "../models/following.js";
import { cardOf, hasPicture, phaseOf } from "../models/programme.js";
import { isAtEdge } from "../models/timeline.js";

const BEAT_MS = 250;
/** So long nothing may come before the page says that something is wrong. */
const PATIENCE_MS = 12_000;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const facts = element.dataset;
  const status = { state: facts.state ?? "", recording: facts.recording ?? "", air: "none" };
  const playback = { begun: false, drained: false, finished: false, failing: false };
  const feed = new Feed(video, facts.playlist ?? "", {
    opened: play,
    isAtEdge: () => phase() === "running" && following.isWanted,
    heights: (heights) => element.dispatchEvent(new CustomEvent("player:heights", { detail: heights })),
  });
  const following = new Following();
  let blocked = false;
  let cameLastAt = performance.now();
  let openedLastAt = -Infinity;

  const phase = () => phaseOf(status, facts.film === "yes");

  /** With sound where the browser lets us, else without it, else when somebody asks. */
  async function play() {
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      video.muted = true;
      facts.silenced = "true";
      await video.play().catch(() => {
        blocked = true;
      });
    }
    show();
  }

  /** Bring what is played in line with the session's phase. */
  function follow() {
    const now = phase();
    if (now === "running" && !feed.isWanted) feed.open(EDGE);
    if (now !== "paused" && now !== "between") playback.drained = false;
    if (!hasPicture(now)) {
      feed.close();
      Object.assign(playback, { begun: false, finished: false });
    }
    show();
  }

  function show() {
    const now = phase();
    const card = cardOf(now, playback);
    for (const each of element.querySelectorAll("[data-card]")) {
      if (each instanceof HTMLElement) each.hidden = each.dataset.card !== card;
    }
    facts.phase = now;
    facts.shows = card ?? "picture";
    facts.idle = String(!card && video.paused && (!feed.isWanted || blocked));
  }

  /** Say what is being seen. */
  function beat() {
    const { mediaTime } = feed;
    const playing = feed.isOpen && !video.paused && !video.ended && video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
    if (playing) feed.keep();
    noteTrouble(playing);
    takeAlong(playing);
    facts.mediaTime = mediaTime ? String(Math.round(mediaTime)) : "";
    facts.live = String(feed.isLive);
    facts.edge = String(feed.edge);
    element.dispatchEvent(new CustomEvent("player:beat", { detail: { mediaTime, playing } }));
    if (facts.playing === String(playing)) return;
    facts.playing = String(playing);
    const detail = { session: facts.session, playing, mediaTime };
    element.dispatchEvent(new CustomEvent("plenary:playing", { detail, bubbles: true }));
  }

  /**
   * Nothing comes although it should: neither held by anybody nor seen to its end. What stalled is opened anew, unless
   * there is nothing new to be had: its last moments would be seen again and again.
   * @param {boolean} playing
   */
  function noteTrouble(playing) {
    const held = !feed.isWanted || (feed.isOpen && video.paused) || video.ended || ["paused", "between"].includes(phase());
    if (playing || held) cameLastAt = performance.now();
    const failing = performance.now() - cameLastAt > PATIENCE_MS;
    if (feed.hasSeenAll && phase() === "running") openedLastAt = performance.now();
    if (failing && feed.isOpen && performance.now() - openedLastAt > PATIENCE_MS) {
      openedLastAt = performance.now();
      feed.reopen();
    }
    if (failing === playback.failing) return;
    playback.failing = failing;
    playback.finished ||= failing && phase() === "over";
    show();
  }

  /**
   * Who fell behind without having wished it goes on at the live edge.
   * @param {boolean} playing
   */
  function takeAlong(playing) {
    const at = video.currentTime;
    const behind = feed.isLive && !isAtEdge(at, feed.edge); // what the bar last drew is older than a step back
    const now = { at, behind, playing, held: video.paused || video.playbackRate < 1 };
    if (following.beat(now) && phase() === "running") video.currentTime = feed.edge;
  }

  /** @param {number} seconds */
  function goTo(seconds) {
    playback.finished = false;
    following.isWanted = false;
    if (feed.isWanted) {
      video.currentTime = seconds;
      play();
    } else feed.open(seconds);
  }

  /** @type {Record<string, () => unknown>} */
  const commands = {
    start: () => (feed.isWanted ? play() : feed.open(phase() === "on-demand" ? Number(facts.resume) : EDGE)),
    again: () => goTo(0),
    retry: () => feed.reopen(),
    edge: () => goTo(feed.edge),
    sound: () => (video.muted = false),
  };

  const timer = setInterval(beat, BEAT_MS);
  follow();
  return together(
    listen(video, {
      loadeddata() {
        playback.begun = true;
        show();
      },
      playing() {
        Object.assign(playback, { begun: true, drained: false, finished: false });
        blocked = false;
        show();
      },
      waiting() {
        playback.drained = true;
        show();
      },
      ended() {
        playback.finished = true;
        show();
      },
      pause: show,
      emptied: () => following.reset(),
      seeking: () => following.seek(video.currentTime),
      volumechange() {
        if (!video.muted) facts.silenced = "false";
      },
    }),
    listen(element, {
      /** @param {MouseEvent} event */
      click(event) {
        const asked = event.target instanceof Element && event.target.closest("[data-player-command]");
        if (asked instanceof HTMLElement) commands[asked.dataset.playerCommand ?? ""]?.();
      },
      /** @param {CustomEvent<string>} event */
      "player:quality": ({ detail }) => feed.choose(detail),
      /** @param {CustomEvent<string>} event */
      "player:command": ({ detail }) => detail === "edge" && facts.behind === "true" && commands.edge?.(),
    }),
    listen(document, {
      /** @param {CustomEvent<{ seconds: number }>} event */
      "plenary:seek": ({ detail }) => goTo(detail.seconds),
    }),
    watch(`session:${facts.session}`, "status", ({ state, recording }) => {
      Object.assign(status, { state, recording });
      follow();
    }),
    watch(`session:${facts.session}`, "air", ({ state }) => {
      status.air = state;
      follow();
    }),
    listen(window, {
      online() {
        if (feed.isWanted && !feed.isOpen) feed.reopen();
      },
    }),
    () => clearInterval(timer),
    () => feed.close(),
  );
}
