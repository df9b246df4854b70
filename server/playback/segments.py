"""The segments of a session by their names: the file of each, its media type, and how long it may be cached."""

from datetime import datetime
from pathlib import Path

from rooms.errors import NoSuchSegment, NotYet
from rooms.playback import parts
from server.playback import reloads
from server.playback.airings import Airing, Airings
from server.playback.lookout import Lookout
from server.playback.signed import PREFIX
from server.web.caching import FOR_A_MINUTE, FOR_GOOD, FOR_SECONDS

CAPTIONS_TYPE = "text/vtt"
TYPES = {".m4s": "video/iso.segment", ".mp4": "video/mp4", ".vtt": CAPTIONS_TYPE}
PROXY_KEEPS_S = 60
"""The seconds for which nginx may answer for us; after them, a recording that was closed is closed there too.

A CDN that obeys `x-accel-expires` holds a segment as long. One that goes by `cache-control` alone holds it for good,
and so does a browser: an address that was fetched stays in that browser's cache. Withdrawing and trimming a recording
give it new addresses; behind such a CDN, purge the old ones.
"""


def open_file(airing: Airing | None, name: str, now: datetime) -> Path | None:
    """The file of a segment that anybody may fetch now; None: there is none, not yet, or no longer.

    It is told from what is remembered of the session, which is half a second old at most.
    """
    return sent_file(airing, name, now) if airing is not None and airing.is_playable else None


def sent_file(airing: Airing, name: str, now: datetime) -> Path | None:
    """The file of a segment that was sent by now; None: there is no such segment, or not yet."""
    side = airing.side(is_signed=name.startswith(PREFIX))
    if side is None:
        return None
    try:
        return side.directory / side.source.file_of(name.removeprefix(PREFIX), now)
    except (NoSuchSegment, NotYet):
        return None


async def waited_for(airings: Airings, lookout: Lookout, media_key: str, name: str) -> Airing | None:
    """Wait for a part that is announced as the next one; what its session sends out then. Returns at once for others.

    None: nothing is sent out under this key. Raises NotInTime.
    """
    return await reloads.until(
        lookout,
        lambda since_s: airings.with_key(media_key, since_s=since_s),
        lambda source: not source.awaits(name.removeprefix(PREFIX)),
        is_signed=name.startswith(PREFIX),
        since_s=airings.clock(),
    )


def caching_of(path: Path) -> str:
    """The Cache-Control header of a segment's file.

    A part is soon replaced by its whole segment. Corrected captions have other addresses, so players see them at once.
    """
    if parts.segment_of(path.name) is not None:
        return FOR_SECONDS
    return FOR_A_MINUTE if path.suffix == ".vtt" else FOR_GOOD
