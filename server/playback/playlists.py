"""The playlists of a session by their names, and the text of each, made once for all players."""

from collections.abc import Callable

from rooms.errors import NoSuchSegment
from rooms.playback import playlists
from rooms.playback.recording import SMALL
from server.playback import reloads
from server.playback.airings import Airing
from server.playback.lookout import Lookout
from server.playback.prepared import Prepared, Shelf, prepare
from server.playback.reloads import Find, Wanted
from server.playback.signed import PICTURES, PREFIX

MULTIVARIANT = {"index.m3u8": playlists.multivariant_playlist, "sound.m3u8": playlists.sound_playlist}
"""The multivariant playlists: all renditions, and the sound with its captions."""
SIGNED_PLAYLIST = "signed.m3u8"
"""The pictures of the interpreter."""
CAPTIONS_PLAYLIST = "captions.m3u8"
"""Captions are corrected, so their segments are served from here, not from the object store."""
RENDITIONS = {"video.m3u8": "video", "small.m3u8": SMALL, "audio.m3u8": "audio", CAPTIONS_PLAYLIST: "captions"}
"""The media playlists of the programme, and the rendition of each."""
NAMES = frozenset({*MULTIVARIANT, *RENDITIONS, SIGNED_PLAYLIST})
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"


async def waited_for(lookout: Lookout, find: Find, name: str, wanted: Wanted) -> Airing | None:
    """Wait until a media playlist has what a player wants; what its session sends out then, None: nothing any more.

    Raises NotInTime, Incomplete.
    """
    rendition = RENDITIONS.get(name, PICTURES)
    return await reloads.until(
        lookout,
        find,
        lambda source: source.has_come_to(rendition, *wanted),
        is_signed=name == SIGNED_PLAYLIST,
    )


def playlist(shelf: Shelf, airing: Airing, name: str, segments: Callable[[], str], *, delta: bool) -> Prepared:
    """The playlist of this name, made once for all who ask in the same state of the programme.

    `segments` gives the address below which the session's segments are served from here, which is another while only
    the crew may watch. Raises NoSuchSegment when the
    session has no such playlist.
    """
    key, now, is_signed = airing.session.media_key, airing.read_at, name == SIGNED_PLAYLIST
    side = airing.side(is_signed=is_signed)
    if side is None:
        raise NoSuchSegment(name)
    source = side.source

    def make() -> Prepared:
        if name in MULTIVARIANT:
            return prepare(MULTIVARIANT[name](airing.source.film), PLAYLIST_TYPE)
        is_stored = source.elsewhere and name != CAPTIONS_PLAYLIST
        base = f"{source.elsewhere}/{key}/" if is_stored else segments()
        if is_signed:
            return prepare(source.playlist(PICTURES, now, base + PREFIX, delta=delta), PLAYLIST_TYPE)
        return prepare(source.playlist(RENDITIONS[name], now, base, delta=delta), PLAYLIST_TYPE)

    return shelf.get((key, name, delta, airing.is_playable, source.version(now)), make)
