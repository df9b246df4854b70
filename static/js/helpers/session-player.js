// The player of a session: plays it in a video element from its live edge, and its recording once that is open.

import { Follower } from "../models/follower.js";
import { Patience } from "../models/patience.js";
import { isAtEdge } from "../models/timeline.js";
import { EDGE, Feed } from "./feed.js";
import { listen } from "./listeners.js";

/** @typedef {import("../models/phases.js").Facts} Facts */

/** A stage sends something new some seconds after its session is taken up again: until then its playlist has an end. */
const TAKEN_UP_AFTER_MS = 6_000;
/** @param {string} phase */
const isOver = (phase) => phase === "over" || phase === "on-demand";

export class SessionPlayer {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #taking;
  #unlisten;
  #follower = new Follower();
  #patience = new Patience(performance.now());
  /** True when the browser lets nothing play before somebody asks. */
  #isBlocked = false;
  /** True when the browser lets nothing be heard before somebody asks. */
  isSilenced = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {import("../models/playback.js").Playback} playback
   * @param {{ playlist: string, resume: number }} recording `playlist` is an address, `resume` the second at which it starts
   * @param {object} page
   * @param {() => void} page.changed the card, the phase or a button is different now
   * @param {(heights: number[]) => void} page.heights the sizes of the picture, lines
   */
  constructor(video, playback, { playlist, resume }, page) {
    this.video = video;
    this.playback = playback;
    this.resume = resume;
    this.page = page;
    this.feed = new Feed(video, playlist, {
      opened: () => this.play(),
      isAtEdge: () => this.playback.phase === "running" && this.#follower.isWanted,
      heights: page.heights,
    });
    this.#unlisten = this.#listen();
  }

  /** True while only a press of the large button makes it play. */
  get isIdle() {
    return !this.playback.card && this.video.paused && (!this.feed.isWanted || this.#isBlocked);
  }

  get #isPlaying() {
    const { paused, ended, readyState } = this.video;
    return this.feed.isOpen && !paused && !ended && readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  /** True when the picture stands still for a reason: nobody asked for it, somebody stopped it, or nothing is sent. */
  get #isHeld() {
    return !this.feed.isWanted || (this.feed.isOpen && this.video.paused) || this.video.ended || this.playback.isHalted;
  }

  /** Begins in the phase that the page was drawn in. Between two programmes the end of the last one is still shown. */
  begin() {
    if (this.playback.phase === "between") this.feed.open(EDGE);
    this.follow({});
  }

  /**
   * Follows a move of the session or of its stage.
   * @param {Partial<Facts>} change
   */
  follow(change) {
    const wasOver = isOver(this.playback.phase);
    this.playback.follow(change);
    if (this.playback.phase === "running" && wasOver && this.feed.isWanted) this.#takeUp();
    if (this.playback.phase === "running" && !this.feed.isWanted) this.feed.open(EDGE);
    if (!this.playback.hasPicture) this.feed.close();
    this.page.changed();
  }

  /** Opens the feed anew, as the player stopped asking for more when it read of the end. */
  #takeUp() {
    clearTimeout(this.#taking);
    this.#taking = setTimeout(() => this.playback.phase === "running" && this.feed.open(EDGE), TAKEN_UP_AFTER_MS);
  }

  /** Plays with sound where the browser lets us, else without it, else when somebody asks. */
  async play() {
    try {
      await this.video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      this.video.muted = true;
      this.isSilenced = true;
      await this.video.play().catch(() => {
        this.#isBlocked = true;
      });
    }
    this.page.changed();
  }

  /** Starts because somebody asked. */
  start() {
    if (this.feed.isWanted) this.play();
    else this.feed.open(this.playback.phase === "on-demand" ? this.resume : EDGE);
  }

  /** @param {number} seconds */
  goTo(seconds) {
    this.playback.rewind();
    this.#follower.isWanted = false;
    if (!this.feed.isWanted) return void this.feed.open(seconds);
    this.video.currentTime = seconds;
    this.play();
  }

  toEdge() {
    this.goTo(this.feed.edge);
  }

  /** The network is back. */
  reconnect() {
    if (this.feed.isWanted && !this.feed.isOpen) this.feed.reopen();
  }

  /**
   * Looks after the picture, a few times a second, and tells what is on the screen.
   * @returns {{ mediaTime: number | null, playing: boolean }}
   */
  beat() {
    const seen = { mediaTime: this.feed.mediaTime, playing: this.#isPlaying };
    if (seen.playing) this.feed.keep();
    this.#judge(seen.playing);
    this.#takeAlong(seen.playing);
    return seen;
  }

  /**
   * Opens a stalled feed anew, and lets the page say when nothing comes.
   * @param {boolean} playing
   */
  #judge(playing) {
    const { isFailing, opensAnew } = this.#patience.judge(performance.now(), {
      isMissing: !playing && !this.#isHeld,
      isOpen: this.feed.isOpen,
      waitsForStage: this.feed.hasSeenAll && this.playback.phase === "running",
    });
    if (opensAnew) this.feed.reopen();
    if (this.playback.fail(isFailing)) this.page.changed();
  }

  /**
   * Takes a viewer to the live edge who fell behind without choosing to.
   * @param {boolean} playing
   */
  #takeAlong(playing) {
    const { currentTime: position, paused, playbackRate } = this.video;
    const behind = this.feed.isLive && !isAtEdge(position, this.feed.edge);
    const isLeftBehind = this.#follower.beat({ position, behind, playing, held: paused || playbackRate < 1 });
    if (isLeftBehind && this.playback.phase === "running") this.video.currentTime = this.feed.edge;
  }

  /**
   * A handler that notes what the video did, and lets the page show it.
   * @param {() => void} note
   */
  #shows = (note) => () => {
    note();
    this.page.changed();
  };

  #listen() {
    const { playback, video } = this;
    return listen(video, {
      loadeddata: this.#shows(() => playback.load()),
      playing: this.#shows(() => {
        playback.play();
        this.#isBlocked = false;
      }),
      waiting: this.#shows(() => playback.drain()),
      ended: this.#shows(() => playback.finish()),
      pause: this.page.changed,
      emptied: () => this.#follower.reset(),
      seeking: () => this.#follower.seek(video.currentTime),
      volumechange: this.#shows(() => {
        this.isSilenced &&= video.muted;
      }),
    });
  }

  close() {
    clearTimeout(this.#taking);
    this.#unlisten();
    this.feed.close();
  }
}
