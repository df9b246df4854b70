// Plays a session: waits for it, goes live with it, stays to its end, and plays its recording.
// Tells others by `data-phase`, `data-playing`, `data-media-time`, `data-live`, `data-edge` and the events
// `plenary:playing` and, four times a second, `player:beat`.

import { obey } from "../helpers/commands.js";
import { listen, together } from "../helpers/listeners.js";
import { SessionPlayer } from "../helpers/session-player.js";
import { watch } from "../live.js";
import { Playback } from "../models/playback.js";

const BEAT_MS = 250;

/** @param {HTMLElement} element */
export function connect(element) {
  const { state = "", recording = "", air = "", source = "", phases = "[]", playlist = "", resume, session } = element.dataset;
  const room = `session:${session}`;
  const player = new SessionPlayer(
    /** @type {HTMLVideoElement} */ (element.querySelector("video")),
    new Playback(JSON.parse(phases), { state, recording, air, source }),
    { playlist, resume: Number(resume) },
    { changed: () => show(element, player), heights: (heights) => tell(element, "player:heights", heights) },
  );
  const timer = setInterval(() => say(element, player.beat(), player.feed), BEAT_MS);
  player.begin();
  return together(
    obey(element, {
      start: () => player.start(),
      again: () => player.goTo(0),
      retry: () => player.feed.reopen(),
      edge: () => element.dataset.behind === "true" && player.toEdge(),
      sound: () => (player.video.muted = false),
    }),
    listen(element, { "player:quality": (/** @type {CustomEvent<string>} */ { detail }) => player.feed.choose(detail) }),
    listen(document, { "plenary:seek": (/** @type {CustomEvent<{ seconds: number }>} */ event) => player.goTo(event.detail.seconds) }),
    watch(room, "status", ({ state, recording }) => player.follow({ state, recording })),
    watch(room, "air", ({ state }) => player.follow({ air: state })),
    listen(window, { online: () => player.reconnect() }),
    () => clearInterval(timer),
    () => player.close(),
  );
}

/**
 * Shows the card that stands for the picture now, or the picture.
 * @param {HTMLElement} element
 * @param {SessionPlayer} player
 */
function show(element, { playback: { card, phase }, isIdle, isSilenced }) {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-card]"))) {
    each.hidden = each.dataset.card !== card;
  }
  const shown = { phase, shows: card ?? "picture", idle: String(isIdle), silenced: String(isSilenced) };
  Object.assign(element.dataset, shown);
}

/**
 * Tells the other behaviours what is on the screen.
 * @param {HTMLElement} element
 * @param {{ mediaTime: number | null, playing: boolean }} seen
 * @param {import("../helpers/feed.js").Feed} feed
 */
function say(element, { mediaTime, playing }, feed) {
  const facts = element.dataset;
  facts.mediaTime = mediaTime ? String(Math.round(mediaTime)) : "";
  facts.live = String(feed.isLive);
  facts.edge = String(feed.edge);
  tell(element, "player:beat", { mediaTime, playing });
  if (facts.playing === String(playing)) return;
  facts.playing = String(playing);
  tell(element, "plenary:playing", { session: facts.session, playing, mediaTime }, true);
}

/**
 * @param {HTMLElement} element
 * @param {string} type
 * @param {unknown} detail
 * @param {boolean} [bubbles]
 */
const tell = (element, type, detail, bubbles = false) => element.dispatchEvent(new CustomEvent(type, { detail, bubbles }));
