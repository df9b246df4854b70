// Plays a session: waits for it, goes live with it, stays to its end, and plays its recording.
// Tells others by `data-playing`, `data-media-time`, `data-live`, `data-phase` and the event `plenary:playing`.

import { openSource } from "../helpers/hls-source.js";
import { listen, together } from "../helpers/listeners.js";
import { Backoff } from "../models/backoff.js";
import { cardOf, phaseOf } from "../models/programme.js";

const BEAT_MS = 250;
/** Tries after which the page says that something is wrong. */
const PATIENCE = 3;
/** A decoder that failed this recently is not asked to go on again, but opened anew. */
const RECOVERS_AFTER_MS = 10_000;

/** @param {HTMLElement} element */
export function connect(element) {
  const video = /** @type {HTMLVideoElement} */ (element.querySelector("video"));
  const facts = element.dataset;
  const status = { state: facts.state ?? "", recording: facts.recording ?? "" };
  const playback = { begun: false, drained: false, finished: false, failing: false };
  /** @type {import("../helpers/hls-source.js").Source | null} */
  let source = null;
  /** Counts openings, so that one that was overtaken is dropped. */
  let opening = 0;
  let wanted = false;
  const backoff = new Backoff();
  let failures = 0;
  let recoveredAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;

  const phase = () => phaseOf(status, facts.film === "yes");

  /** @param {number} position seconds; -1 for the live edge */
  async function open(position) {
    close();
    wanted = true;
    const mine = ++opening;
    try {
      const opened = await openSource(video, facts.playlist ?? "", position, (fault) => fail(fault, mine));
      if (mine === opening) source = opened;
      else opened.close();
    } catch {
      fail("network", mine);
      return;
    }
    if (mine === opening) await play();
  }

  function close() {
    clearTimeout(retry);
    opening += 1;
    wanted = false;
    source?.close();
    source = null;
  }

  /** Where to go on after a fault: here, unless this is the live edge. */
  const position = () => (phase() === "running" && facts.behind !== "true" ? -1 : video.currentTime);

  /**
   * @param {"media" | "network"} fault
   * @param {number} mine
   */
  function fail(fault, mine) {
    if (mine !== opening) return;
    if (fault === "media" && source && performance.now() - recoveredAt > RECOVERS_AFTER_MS) {
      recoveredAt = performance.now();
      source.recover();
      return;
    }
    const at = position();
    close();
    wanted = true;
    failures += 1;
    playback.failing = failures >= PATIENCE;
    retry = setTimeout(open, backoff.next(), at);
    show();
  }

  /** With sound where the browser lets us, else without it, else when somebody asks. */
  async function play() {
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      video.muted = true;
      facts.silenced = "true";
      await video.play().catch(() => {});
    }
    show();
  }

  /** Bring what is played in line with the session's phase. */
  function follow() {
    const now = phase();
    if (now === "running" && !wanted) open(-1);
    if (["waiting", "cancelled", "withdrawn", "nothing"].includes(now)) {
      close();
      Object.assign(playback, { begun: false, finished: false });
    }
    if (now !== "paused") playback.drained = false;
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
    facts.idle = String(!card && video.paused && (!wanted || (now === "running" && !playback.begun)));
  }

  /** Say what is being seen. */
  function beat() {
    const at = source?.mediaTime();
    facts.mediaTime = at ? String(Math.round(at)) : "";
    facts.live = String(Boolean(source?.isLive()));
    facts.edge = String(source ? Math.max(0, source.edge()) : 0);
    const playing = Boolean(source) && !video.paused && !video.ended && video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
    if (facts.playing === String(playing)) return;
    facts.playing = String(playing);
    const detail = { session: facts.session, playing, mediaTime: at ?? null };
    element.dispatchEvent(new CustomEvent("plenary:playing", { detail, bubbles: true }));
  }

  /** @type {Record<string, () => void>} */
  const commands = {
    start: () => (wanted ? play() : open(phase() === "on-demand" ? Number(facts.resume) : -1)),
    again() {
      playback.finished = false;
      if (!wanted) open(0);
      else {
        video.currentTime = 0;
        play();
      }
    },
    retry: () => open(position()),
    edge() {
      if (source) video.currentTime = source.edge();
      play();
    },
    sound() {
      video.muted = false;
      facts.silenced = "false";
    },
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
        Object.assign(playback, { begun: true, drained: false, finished: false, failing: false });
        failures = 0;
        backoff.reset();
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
    }),
    listen(document, {
      /** @param {CustomEvent<{ seconds: number }>} event */
      "plenary:seek"({ detail: { seconds } }) {
        facts.resume = String(seconds);
        if (!wanted) commands.start?.();
        else video.currentTime = seconds;
      },
      /** @param {CustomEvent<{ room: string, topic: string, state: typeof status }>} event */
      "plenary:changed"({ detail: { room, topic, state } }) {
        if (room !== `session:${facts.session}` || topic !== "status") return;
        status.state = state.state;
        status.recording = state.recording;
        follow();
      },
    }),
    listen(window, {
      online() {
        if (wanted && !source) open(position());
      },
    }),
    () => clearInterval(timer),
    close,
  );
}
