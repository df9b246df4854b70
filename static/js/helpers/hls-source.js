// Plays an HLS address in a video element: by hls.js wherever Media Source Extensions exist, else by the browser itself.

/**
 * @typedef {object} Source
 * @property {() => number | null} mediaTime the moment of the programme that is being seen, epoch milliseconds
 * @property {(moment: number) => number | null} positionOf where a moment of the programme is, seconds; null when it was not sent
 * @property {() => number} edge the newest moment worth jumping to, seconds
 * @property {() => boolean} isLive whether more is still to come
 * @property {(height: number | null) => void} keepTo one size of the picture; null: whichever the line carries
 * @property {() => void} recover goes on after a fault of the decoder
 * @property {() => void} close
 */

/**
 * @typedef {object} Listener
 * @property {(fault: "media" | "network") => void} fault it cannot go on by itself
 * @property {(heights: number[]) => void} heights which sizes of the picture there are, lines
 */

/** How far behind the newest segment playing starts where the browser plays HLS itself, seconds. */
const NATIVE_DELAY_S = 6;

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
    backBufferLength: 60,
    maxBufferLength: 30,
    enableIMSC1: false,
    enableCEA708Captions: false,
    renderTextTracksNatively: false,
  });
  const captions = captionsThroughHls(Hls, hls, video);
  let isLive = position < 0;
  hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => {
    isLive = details.live;
  });
  hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => listener.heights(heightsOf(levels)));
  hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
    if (fatal) listener.fault(type === Hls.ErrorTypes.MEDIA_ERROR ? "media" : "network");
  });
  hls.loadSource(address);
  hls.attachMedia(video);
  return {
    mediaTime: () => hls.playingDate?.getTime() ?? null,
    positionOf: (moment) => positionIn(hls.latestLevelDetails?.fragments ?? [], moment),
    edge: () => hls.liveSyncPosition ?? seekableEnd(video),
    isLive: () => isLive,
    keepTo(height) {
      hls.nextLevel = height === null ? -1 : hls.levels.findIndex((level) => level.height === height);
    },
    recover: () => hls.recoverMediaError(),
    close() {
      captions.close();
      hls.destroy();
    },
  };
}

/**
 * Puts the captions that hls.js reads into a text track of ours, and has them read only while that is not disabled.
 * hls.js's own tracks begin as `data:` addresses, which our content security policy refuses.
 * @param {typeof import("hls.js").default} Hls
 * @param {import("hls.js").default} hls
 * @param {HTMLVideoElement} video
 */
function captionsThroughHls(Hls, hls, video) {
  const track = captionTrack(video);
  const follow = () => {
    const wanted = track.mode === "disabled" ? -1 : 0;
    if (hls.subtitleTracks.length && hls.subtitleTrack !== wanted) hls.subtitleTrack = wanted;
  };
  // hls.js makes its own choice right after this event.
  hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => queueMicrotask(follow));
  hls.on(Hls.Events.CUES_PARSED, (_, { cues }) => {
    for (const cue of /** @type {VTTCue[]} */ (cues)) if (!track.cues?.getCueById(cue.id)) track.addCue(cue);
  });
  video.textTracks.addEventListener("change", follow);
  return {
    close() {
      video.textTracks.removeEventListener("change", follow);
      for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
    },
  };
}

/**
 * The text track for captions; made once, for none can be taken away again.
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
    positionOf: (moment) => (dateAtStart(video) ? Math.max(0, (moment - dateAtStart(video)) / 1000) : null),
    edge: () => seekableEnd(video) - (Number.isFinite(video.duration) ? 0 : NATIVE_DELAY_S),
    isLive: () => video.duration === Infinity,
    keepTo: () => {},
    recover: () => video.load(),
    close() {
      video.removeEventListener("error", failed);
      video.removeEventListener("loadedmetadata", arrived);
      video.removeAttribute("src");
      video.load();
    },
  };
}

/** @param {{ height: number }[]} levels */
const heightsOf = (levels) => [...new Set(levels.map(({ height }) => height))].filter(Boolean).sort((one, other) => one - other);

/**
 * @param {{ programDateTime: number | null, start: number, duration: number }[]} fragments
 * @param {number} moment epoch milliseconds
 */
function positionIn(fragments, moment) {
  for (const { programDateTime: begins, start, duration } of fragments) {
    if (begins !== null && begins <= moment && moment < begins + duration * 1000) return start + (moment - begins) / 1000;
  }
  return null;
}

/** @param {HTMLVideoElement} video */
function seekableEnd(video) {
  return video.seekable.length ? video.seekable.end(video.seekable.length - 1) : 0;
}

/**
 * The date of the first sample, which browsers with HLS of their own tell (`getStartDate`, HTML standard).
 * @param {HTMLVideoElement & { getStartDate?: () => Date }} video
 * @returns {number} epoch milliseconds; 0 when it is not known
 */
function dateAtStart(video) {
  return video.getStartDate?.().getTime() || 0;
}
