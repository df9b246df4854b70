// Plays an HLS address in a video element: by hls.js wherever Media Source Extensions exist, else by the browser itself.

import { isFollowing, pace } from "../models/pace.js";
import { listen } from "./listeners.js";

/**
 * @typedef {object} Source
 * @property {() => number | null} mediaTime the media time of the picture on the screen, epoch milliseconds
 * @property {(mediaTime: number) => number | null} positionOf the position of a media time, seconds; null when nothing
 *   was sent then
 * @property {() => number} edge the newest position worth jumping to, seconds
 * @property {() => boolean} isLive true while more is still to come
 * @property {(height: number | null) => boolean} keepTo goes on with one size of the picture; null: the largest that the
 *   network carries. False for a size that appeared after the opening: the address has to be opened anew
 * @property {() => void} recover goes on after a fault of the decoder
 * @property {() => void} close
 */

/**
 * @typedef {object} Listener
 * @property {(fault: "media" | "network") => void} fault a fault that it cannot mend by itself
 * @property {(heights: number[]) => void} heights the sizes of the picture, lines
 */

/** The distance behind the newest segment at which playing starts where the browser plays HLS itself, seconds. */
const NATIVE_DELAY_S = 6;
/** The same with hls.js: at two seconds a segment, a picture is seen within six seconds, and may come three late. */
const SEGMENTS_BEHIND = 2.5;
/** The distance by which a player stays further behind after the picture stood still: a part of a segment. */
const AFTER_A_STALL_S = 0.4;
/** A paused stage with low latency has no new part for a while and says so (503): the player asks again. */
const KEEPS_ASKING = {
  default: {
    maxTimeToFirstByteMs: 10_000,
    maxLoadTimeMs: 20_000,
    timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: { maxNumRetry: Infinity, retryDelayMs: 1000, maxRetryDelayMs: 1000 },
  },
};

/**
 * @param {HTMLVideoElement} video
 * @param {string} address of the multivariant playlist
 * @param {number} position seconds from the start; -1 for the live edge
 * @param {Listener} listener
 * @returns {Promise<Source>}
 */
export async function openSource(video, address, position, listener) {
  const { default: Hls } = await import("hls.js");
  return Hls.isSupported() ? throughHls(Hls, video, address, position, listener) : natively(video, address, position, listener);
}

/**
 * @param {typeof import("hls.js").default} Hls
 * @param {HTMLVideoElement} video
 * @param {string} address
 * @param {number} position
 * @param {Listener} listener
 * @returns {Source}
 */
function throughHls(Hls, video, address, position, listener) {
  const hls = new Hls({
    startPosition: position,
    enableWorker: false,
    playlistLoadPolicy: KEEPS_ASKING,
    liveSyncOnStallIncrease: AFTER_A_STALL_S,
    backBufferLength: 60,
    maxBufferLength: 30,
    enableIMSC1: false,
    enableCEA708Captions: false,
    renderTextTracksNatively: false,
  });
  // Not among the options above: a playlist with parts says itself how close a player may stay.
  hls.config.liveSyncDurationCount = SEGMENTS_BEHIND;
  const captions = captionsThroughHls(Hls, hls, video);
  const hurry = keepUp(hls, video);
  const sizes = sizesThroughHls(Hls, hls, listener.heights);
  let isLive = position < 0;
  hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => {
    isLive = details.live;
  });
  hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
    if (fatal) listener.fault(type === Hls.ErrorTypes.MEDIA_ERROR ? "media" : "network");
  });
  hls.loadSource(address);
  hls.attachMedia(video);
  return {
    mediaTime: () => hls.playingDate?.getTime() ?? null,
    positionOf: (mediaTime) => positionIn(fragmentsOf(hls), mediaTime),
    edge: () => hls.liveSyncPosition ?? seekableEnd(video),
    isLive: () => isLive,
    keepTo(height) {
      const level = height === null ? -1 : sizes.levelOf(height);
      if (height !== null && level < 0) return false;
      hls.nextLevel = level;
      return true;
    },
    recover: () => hls.recoverMediaError(),
    close() {
      captions.close();
      hurry.close();
      hls.destroy();
    },
  };
}

/**
 * Keeps a viewer close behind a stage with low latency: a picture that fell behind plays a little faster, or jumps after
 * it stood still for long. hls.js can hurry too, but goes on hurrying when the stage stops.
 * @param {import("hls.js").default} hls
 * @param {HTMLVideoElement} video
 */
function keepUp(hls, video) {
  let [hurries, stood] = [false, false];
  /** @param {number} rate */
  function play(rate) {
    if (hurries || rate !== 1) video.playbackRate = rate;
    hurries = rate !== 1;
  }
  /** The distance behind the position where the picture should be, seconds; 0 without low latency. */
  function lateness() {
    const details = hls.latestLevelDetails;
    return details?.live && details.partList && hls.liveSyncPosition !== null ? hls.liveSyncPosition - video.currentTime : 0;
  }
  const stop = listen(video, {
    waiting() {
      stood ||= !video.seeking && isFollowing(lateness());
    },
    timeupdate() {
      const [late, ahead] = [lateness(), bufferedAhead(video)];
      if (stood && !isFollowing(late) && ahead > 0) video.currentTime += late;
      stood &&= ahead === 0;
      play(pace(late, ahead, hurries));
    },
  });
  return {
    close() {
      stop();
      play(1);
    },
  };
}

/**
 * Tells the sizes of the picture. hls.js reads them once, but each run of a stage may have others. A size is listed with
 * its first whole segment, whose parts are played before: so the list is read again at a run's second segment.
 * @param {typeof import("hls.js").default} Hls
 * @param {import("hls.js").default} hls
 * @param {(heights: number[]) => void} tell
 */
function sizesThroughHls(Hls, hls, tell) {
  /** @type {Map<string, number>} lines of the picture, by the address of its playlist */
  let sizes = new Map();
  let looked = -1;
  /** @type {{ cc: number, sn: unknown }} */
  let seen = { cc: -1, sn: -1 };
  /** @param {Map<string, number>} found */
  function note(found) {
    const isNew = String(heightsOf(found)) !== String(heightsOf(sizes));
    sizes = found;
    if (isNew) tell(heightsOf(found));
  }
  hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => note(new Map(levels.map(({ uri, height }) => [uri, height]))));
  hls.on(Hls.Events.FRAG_CHANGED, (_, { frag: { cc, sn } }) => {
    const isSecond = cc === seen.cc && sn !== seen.sn && cc !== looked;
    seen = { cc, sn };
    if (!isSecond || !hls.url) return;
    looked = cc;
    sizesAt(hls.url).then(note, () => {});
  });
  return { levelOf: (/** @type {number} */ height) => hls.levels.findIndex(({ uri }) => sizes.get(uri) === height) };
}

/**
 * @param {string} address of a multivariant playlist
 * @returns {Promise<Map<string, number>>}
 */
async function sizesAt(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  const variants = (await answer.text()).matchAll(/RESOLUTION=\d+x(\d+).*\n(.+)/g);
  return new Map([...variants].map(([, height, uri]) => [new URL(uri ?? "", address).href, Number(height)]));
}

/**
 * The time that is loaded after the position, seconds.
 * @param {HTMLVideoElement} video
 */
function bufferedAhead({ buffered, currentTime }) {
  for (let each = 0; each < buffered.length; each += 1) {
    if (buffered.start(each) <= currentTime && currentTime <= buffered.end(each)) return buffered.end(each) - currentTime;
  }
  return 0;
}

/**
 * Puts the captions that hls.js reads into a text track of ours, and lets it read them only while that is not disabled.
 * The text tracks of hls.js begin as `data:` addresses, which our content security policy refuses.
 * @param {typeof import("hls.js").default} Hls
 * @param {import("hls.js").default} hls
 * @param {HTMLVideoElement} video
 */
function captionsThroughHls(Hls, hls, video) {
  const textTrack = captionTrack(video);
  const follow = () => {
    const wanted = textTrack.mode === "disabled" ? -1 : 0;
    if (hls.subtitleTracks.length && hls.subtitleTrack !== wanted) hls.subtitleTrack = wanted;
  };
  // hls.js makes its own choice right after this event.
  hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => queueMicrotask(follow));
  hls.on(Hls.Events.CUES_PARSED, (_, { cues }) => {
    for (const cue of /** @type {VTTCue[]} */ (cues)) if (!textTrack.cues?.getCueById(cue.id)) textTrack.addCue(cue);
  });
  video.textTracks.addEventListener("change", follow);
  return {
    close() {
      video.textTracks.removeEventListener("change", follow);
      for (const cue of [...(textTrack.cues ?? [])]) textTrack.removeCue(cue);
    },
  };
}

/**
 * The text track for captions, made once: a text track cannot be taken away again.
 * @param {HTMLVideoElement} video
 */
function captionTrack(video) {
  return [...video.textTracks].find(({ kind }) => kind === "captions") ?? video.addTextTrack("captions", "Captions", "en");
}

/**
 * @param {HTMLVideoElement} video
 * @param {string} address
 * @param {number} position
 * @param {Listener} listener
 * @returns {Source}
 */
function natively(video, address, position, listener) {
  const failed = () => listener.fault("network");
  const arrived = () => {
    if (position > 0) video.currentTime = position;
  };
  video.addEventListener("error", failed);
  video.addEventListener("loadedmetadata", arrived, { once: true });
  video.src = address;
  return {
    mediaTime: () => dateAtStart(video) && dateAtStart(video) + video.currentTime * 1000,
    positionOf: (mediaTime) => (dateAtStart(video) ? Math.max(0, (mediaTime - dateAtStart(video)) / 1000) : null),
    edge: () => seekableEnd(video) - (Number.isFinite(video.duration) ? 0 : NATIVE_DELAY_S),
    isLive: () => video.duration === Infinity,
    keepTo: () => true,
    recover: () => video.load(),
    close() {
      video.removeEventListener("error", failed);
      video.removeEventListener("loadedmetadata", arrived);
      video.removeAttribute("src");
      video.load();
    },
  };
}

/**
 * The segments that were sent, and with low latency the parts of the one that is being filled.
 * @param {import("hls.js").default} hls
 */
function fragmentsOf({ latestLevelDetails: details }) {
  if (!details) return [];
  const { fragments, fragmentHint: filled } = details;
  if (!filled) return fragments;
  const { programDateTime, start } = filled;
  return [...fragments, { programDateTime, start, duration: details.edge - start }];
}

/** @param {Map<string, number>} sizes */
const heightsOf = (sizes) => [...new Set(sizes.values())].filter(Boolean).sort((one, other) => one - other);

/**
 * @param {{ programDateTime: number | null, start: number, duration: number }[]} fragments
 * @param {number} mediaTime epoch milliseconds
 */
function positionIn(fragments, mediaTime) {
  for (const { programDateTime: beginsMs, start, duration } of fragments) {
    if (beginsMs === null || mediaTime < beginsMs || mediaTime >= beginsMs + duration * 1000) continue;
    return start + (mediaTime - beginsMs) / 1000;
  }
  return null;
}

/** @param {HTMLVideoElement} video */
function seekableEnd(video) {
  return video.seekable.length ? video.seekable.end(video.seekable.length - 1) : 0;
}

/**
 * The date of the first sample, as a browser that plays HLS itself tells it (`getStartDate`, HTML standard).
 * @param {HTMLVideoElement & { getStartDate?: () => Date }} video
 * @returns {number} epoch milliseconds; 0 when it is not known
 */
function dateAtStart(video) {
  return video.getStartDate?.().getTime() || 0;
}
