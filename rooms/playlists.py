"""How HLS playlists are spelt (RFC 8216bis). Which segments are in them is for the caller to know."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from rooms.film_index import FilmIndex, Rendition

VERSION = 7
AUDIO_GROUP, CAPTIONS_GROUP = "sound", "captions"
ACCESSIBLE = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment in a media playlist.

    `begins_at` dates its first sample; None: it follows on from the one before. `discontinuities` says how often
    timestamps began anew before it, and `init` that an initialisation segment holds from here on.
    """

    uri: str
    seconds: float
    begins_at: datetime | None = None
    discontinuities: int = 0
    init: str | None = None


def media_playlist(entries: Iterable[Entry], *, init: str | None, longest_s: float, ended: bool) -> str:
    """An EVENT playlist. It only ever grows at its end, so an earlier one is a beginning of a later one.

    `longest_s` is the longest segment that there can be; rounded, it is the target duration (RFC 8216, 4.3.3.1).
    """
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{max(1, math.floor(longest_s + 0.5))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if init:
        lines.append(f'#EXT-X-MAP:URI="{init}"')
    for entry in entries:
        lines += ["#EXT-X-DISCONTINUITY"] * entry.discontinuities
        if entry.init:
            lines.append(f'#EXT-X-MAP:URI="{entry.init}"')
        if entry.begins_at:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date_time(entry.begins_at)}")
        lines += [f"#EXTINF:{entry.seconds:.6f},", entry.uri]
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def multivariant_playlist(film: FilmIndex) -> str:
    """The pictures as the one variant, with sound and captions as renditions of their own."""
    variant = (
        f"#EXT-X-STREAM-INF:BANDWIDTH={film.video.bandwidth + film.audio.bandwidth},"
        f"AVERAGE-BANDWIDTH={film.video.average_bandwidth + film.audio.average_bandwidth},"
        f'CODECS="{film.video.codecs},{film.audio.codecs}",RESOLUTION={film.width}x{film.height},'
        f'FRAME-RATE={film.frame_rate:.3f},AUDIO="{AUDIO_GROUP}"'
    )
    sound = (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{AUDIO_GROUP}",NAME="Sound",LANGUAGE="{film.language}",'
        'DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio.m3u8"'
    )
    return _multivariant(film, [sound], variant, "video.m3u8")


def sound_playlist(film: FilmIndex) -> str:
    """The sound as the one variant, with captions: for a line that is too poor for pictures."""
    variant = (
        f"#EXT-X-STREAM-INF:BANDWIDTH={film.audio.bandwidth},AVERAGE-BANDWIDTH={film.audio.average_bandwidth},"
        f'CODECS="{film.audio.codecs}"'
    )
    return _multivariant(film, [], variant, "audio.m3u8")


def _multivariant(film: FilmIndex, renditions: list[str], variant: str, uri: str) -> str:
    """One variant at `uri`, the renditions that it names, and captions where the film has some."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS", *renditions]
    if film.captions:
        variant += f',SUBTITLES="{CAPTIONS_GROUP}"'
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{CAPTIONS_GROUP}",NAME="Captions",LANGUAGE="{film.language}",'
            f'DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,CHARACTERISTICS="{ACCESSIBLE}",URI="captions.m3u8"'
        )
    return "\n".join([*lines, variant, uri]) + "\n"


def longest(renditions: Iterable[Rendition | None]) -> float:
    """The longest segment of all, seconds: the renditions of one film share one target duration."""
    return max(segment.seconds for rendition in renditions if rendition for segment in rendition.segments)


def date_time(moment: datetime) -> str:
    """ISO 8601 with milliseconds, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
