"""The text of HLS playlists (RFC 8216bis). The caller chooses the segments."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rooms.playback.film_index import FilmIndex, Rendition

VERSION, DELTA_VERSION = 7, 9
KEPT_TARGETS = 6
"""The age, in target durations, from which segments are left out of a delta update; the standard allows no less."""
AUDIO_GROUP, CAPTIONS_GROUP = "sound", "captions"
ACCESSIBLE = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"


@dataclass(frozen=True, slots=True)
class PartEntry:
    """A part of a segment."""

    uri: str
    seconds: float
    is_independent: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment in a media playlist.

    A segment without `uri` is not complete yet: only its parts are listed. `begins_at` dates its first sample; None: it
    follows on from the segment before. `discontinuities` counts how often timestamps began anew just before it. `init`
    names the initialisation segment that holds from here on; None: the same one as before.
    """

    uri: str
    seconds: float
    begins_at: datetime | None = None
    discontinuities: int = 0
    init: str | None = None
    parts: Sequence[PartEntry] = ()


@dataclass(frozen=True, slots=True)
class LowLatency:
    """The facts of a playlist with parts: the length of a part, the hold back, and the name of the next part."""

    part_s: float
    hold_back_s: float
    next_part: str


def media_playlist(
    entries: Sequence[Entry],
    *,
    init: str | None,
    longest_s: float,
    ended: bool,
    delta: bool = False,
    low_latency: LowLatency | None = None,
) -> str:
    """An EVENT playlist: it only grows at its end, so each version begins with the version before.

    `longest_s` is the length of the longest segment possible; rounded, it is the target duration (RFC 8216, 4.3.3.1).
    A `delta` update counts the old segments instead of listing them, for a player that knows them (RFC 8216bis,
    4.4.5.2).
    """
    target_s = max(1, math.floor(longest_s + 0.5))
    skipped = _older_than(KEPT_TARGETS * target_s, entries) if delta else 0
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{DELTA_VERSION if skipped else VERSION}",
        f"#EXT-X-TARGETDURATION:{target_s}",
        f"#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL={KEPT_TARGETS * target_s}{_control(low_latency)}",
        *([f"#EXT-X-PART-INF:PART-TARGET={low_latency.part_s:.3f}"] if low_latency else []),
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if skipped:
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
    elif init:
        lines.append(f'#EXT-X-MAP:URI="{init}"')
    for entry in entries[skipped:]:
        lines += ["#EXT-X-DISCONTINUITY"] * entry.discontinuities
        if entry.init:
            lines.append(f'#EXT-X-MAP:URI="{entry.init}"')
        if entry.begins_at:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date_time(entry.begins_at)}")
        lines += map(_part, entry.parts)
        if entry.uri:
            lines += [f"#EXTINF:{entry.seconds:.6f},", entry.uri]
    if low_latency and not ended:
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{low_latency.next_part}"')
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _control(low_latency: LowLatency | None) -> str:
    return f",CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={low_latency.hold_back_s:.3f}" if low_latency else ""


def _part(part: PartEntry) -> str:
    independent = ",INDEPENDENT=YES" if part.is_independent else ""
    return f'#EXT-X-PART:DURATION={part.seconds:.6f},URI="{part.uri}"{independent}'


def _older_than(age_s: float, entries: Sequence[Entry]) -> int:
    """The number of segments that end more than `age_s` before the last one's end."""
    for count in range(len(entries), 0, -1):
        if age_s < 0:
            return count
        age_s -= entries[count - 1].seconds
    return 0


def multivariant_playlist(film: FilmIndex) -> str:
    """The multivariant playlist: a variant for each size of the pictures, with sound and captions as renditions."""
    variants = [(_variant(film, film.video, film.width, film.height), "video.m3u8")]
    if film.small:
        variants.append((_variant(film, film.small, film.small.width, film.small.height), "small.m3u8"))
    sound = (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{AUDIO_GROUP}",NAME="Sound",LANGUAGE="{film.language}",'
        'DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio.m3u8"'
    )
    return _multivariant(film, [sound], variants)


def _variant(film: FilmIndex, pictures: Rendition, width: int, height: int) -> str:
    return (
        f"#EXT-X-STREAM-INF:BANDWIDTH={pictures.bandwidth + film.audio.bandwidth},"
        f"AVERAGE-BANDWIDTH={pictures.average_bandwidth + film.audio.average_bandwidth},"
        f'CODECS="{pictures.codecs},{film.audio.codecs}",RESOLUTION={width}x{height},'
        f'FRAME-RATE={film.frame_rate:.3f},AUDIO="{AUDIO_GROUP}"'
    )


def sound_playlist(film: FilmIndex) -> str:
    """A multivariant playlist whose one variant is the sound, with captions: for a line too poor for pictures."""
    variant = (
        f"#EXT-X-STREAM-INF:BANDWIDTH={film.audio.bandwidth},AVERAGE-BANDWIDTH={film.audio.average_bandwidth},"
        f'CODECS="{film.audio.codecs}"'
    )
    return _multivariant(film, [], [(variant, "audio.m3u8")])


def _multivariant(film: FilmIndex, renditions: list[str], variants: list[tuple[str, str]]) -> str:
    """A multivariant playlist of variants with their addresses, and captions where the film has some."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS", *renditions]
    captions = ""
    if film.captions:
        captions = f',SUBTITLES="{CAPTIONS_GROUP}"'
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{CAPTIONS_GROUP}",NAME="Captions",LANGUAGE="{film.language}",'
            f'DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,CHARACTERISTICS="{ACCESSIBLE}",URI="captions.m3u8"'
        )
    for variant, uri in variants:
        lines += [variant + captions, uri]
    return "\n".join(lines) + "\n"


def longest_segment_s(renditions: Iterable[Rendition | None]) -> float:
    """The length of the longest segment of all: the renditions of one film share one target duration."""
    return max(segment.seconds for rendition in renditions if rendition for segment in rendition.segments)


def date_time(at: datetime) -> str:
    """ISO 8601 with milliseconds, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
