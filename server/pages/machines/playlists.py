"""A session's pictures, sound and captions: playlists for those who may attend, segments for who knows their key."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from rooms.errors import NoSuchSegment, NotYet
from rooms.playback import parts, playlists
from rooms.playback.film_index import CAPTIONS_NAME, POSTER_NAME
from rooms.playback.recording import SMALL
from server.models import Event, Session
from server.playback import films, reloads
from server.playback.admissions import Admissions
from server.playback.airings import Airing, Airings
from server.playback.prepared import FileShelf, Prepared, Shelf, prepare
from server.playback.signed import PICTURES, PREFIX
from server.rules.permissions import allows
from server.store import agenda
from server.store.engine.database import Database
from server.store.films import film_of
from server.trust.sign_in import keep_seen, token_of, viewer_of, viewer_with
from server.web.entrance import event_of, require, session_of
from server.web.errors import NotFound, PageError

MULTIVARIANT = {"index.m3u8": playlists.multivariant_playlist, "sound.m3u8": playlists.sound_playlist}
"""The playlists that list renditions: all of them, and the sound with its captions."""
SIGNED_PLAYLIST = "signed.m3u8"
"""The pictures of the interpreter."""
CAPTIONS_PLAYLIST = "captions.m3u8"
"""Captions are corrected: they come from here, not from the object store."""
RENDITIONS = {"video.m3u8": "video", "small.m3u8": SMALL, "audio.m3u8": "audio", CAPTIONS_PLAYLIST: "captions"}
"""The playlists that list segments, and of which rendition."""
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
CAPTIONS_TYPE = "text/vtt"
SEGMENT_TYPES = {".m4s": "video/iso.segment", ".mp4": "video/mp4", ".vtt": CAPTIONS_TYPE}
ASK_EACH_TIME = "private, no-cache"
FOR_AN_HOUR = "private, max-age=3600"
FOR_A_MINUTE = "public, max-age=60"
"""Captions; those that were corrected have an address of their own, so it is they that are seen at once."""
UNTIL_WHOLE = "public, max-age=10"
"""Parts: soon the segment takes their place."""
FOR_GOOD = "public, max-age=31536000, immutable"
PROXY_KEEPS_S = 60
"""So long nginx answers for us: a recording that is withdrawn is closed there too by then."""
SKIP, SKIPS = "_HLS_skip", ("YES", "v2")
"""How a player asks for a delta update (RFC 8216bis, 6.2.5.1)."""
CLOSING = timedelta(seconds=120)
"""So long after the end the last seconds can be fetched, open recording or not: people watch seconds behind."""


Handler = Callable[[Request], Awaitable[Response]]


def told_plainly(handler: Handler) -> Handler:
    """Errors as one line of text with their status: a player reads no pages, and follows no way to a sign-in."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except PageError as error:
            return PlainTextResponse(f"{error.sentence}\n", error.status)

    return answer


@told_plainly
async def show(request: Request) -> Response:
    """A playlist, of what was sent by the moment at which the session was last read, or as soon as it is there."""
    name, wanted = request.path_params["name"], reloads.wanted_by(request.query_params)
    await let_in(request)
    airing = await playable(request, await airing_at(request))
    if name not in (*MULTIVARIANT, *RENDITIONS, SIGNED_PLAYLIST):
        raise NotFound("There is nothing to play here.")
    if wanted is not None and name not in MULTIVARIANT:
        rendition = RENDITIONS.get(name, PICTURES)
        airing = await playable(
            request,
            await reloads.until(
                request.app.state.lookout,
                lambda since_s: airing_at(request, since_s),
                lambda source: source.has_come_to(rendition, *wanted),
                is_signed=name == SIGNED_PLAYLIST,
            ),
        )
    try:
        return playlist(request, airing, name).answer(request, ASK_EACH_TIME)
    except NoSuchSegment as error:
        raise NotFound("This session does not have it.") from error


@told_plainly
async def captions(request: Request) -> Response:
    """The whole captions of the recording, once its session is over."""
    async with request.app.state.db.reading() as db:
        event, session = await attended(request, db)
    airing = await airings_of(request).at(event.slug, session.slug)
    if airing is None or not is_playable(airing) or not airing.source.is_over(airing.read_at):
        raise NotFound("There are no captions to read yet.")
    return await file(request, airing.directory / CAPTIONS_NAME, CAPTIONS_TYPE, ASK_EACH_TIME)


@told_plainly
async def poster(request: Request) -> Response:
    """A still of the session's film."""
    async with request.app.state.db.reading() as db:
        _, session = await attended(request, db)
        film = await film_of(db, session)
    if film is None:
        raise NotFound("This session has no film.")
    return await file(
        request, films.directory_of(request.app.state.settings, film) / POSTER_NAME, "image/jpeg", FOR_AN_HOUR
    )


@told_plainly
async def segment(request: Request) -> Response:
    """A segment, to be kept for good; 404 for an unknown key or name, and before its simulive time.

    The part that is said to come next is waited for.
    """
    now, name, media_key = datetime.now(UTC), request.path_params["name"], request.path_params["media_key"]
    airings = airings_of(request)
    path = sent_file(await airings.with_key(media_key), name, now)
    if path is None:
        airing = await reloads.until(
            request.app.state.lookout,
            lambda since_s: airings.with_key(media_key, since_s=since_s),
            lambda source: not source.awaits(name.removeprefix(PREFIX)),
            is_signed=name.startswith(PREFIX),
            since_s=airings.clock(),
        )
        path = sent_file(airing, name, now)
    if path is None:
        raise NotFound("There is no such segment, or not yet.")
    answer = await file(request, path, SEGMENT_TYPES[path.suffix], keeping_of(path))
    answer.headers["x-accel-expires"] = str(PROXY_KEEPS_S)
    return answer


def keeping_of(path: Path) -> str:
    """How long a segment's file may be kept."""
    if parts.segment_of(path.name) is not None:
        return UNTIL_WHOLE
    return FOR_A_MINUTE if path.suffix == ".vtt" else FOR_GOOD


async def let_in(request: Request) -> None:
    """Whoever may attend the session; looked up now and then, for the middleware leaves playlists to us."""
    admissions: Admissions = request.app.state.admissions
    who = (token_of(request), request.path_params["event"], request.path_params["session"])
    if admissions.knows(who):
        return
    database: Database = request.app.state.db
    async with database.reading() as db:
        viewer = request.state.viewer = await viewer_with(db, who[0])
        await attended(request, db)
    await keep_seen(database, viewer)
    if viewer.person:
        admissions.admit(who, viewer.person.id)


async def attended(request: Request, db: AsyncSession) -> tuple[Event, Session]:
    """The session of the address, for those who may attend it."""
    event = await event_of(request, db)
    session = await session_of(request, db, event)
    require(request, "event.attend", session_id=session.id)
    return event, session


async def airing_at(request: Request, since_s: float | None = None) -> Airing | None:
    """What the session of the address sends out."""
    return await airings_of(request).at(request.path_params["event"], request.path_params["session"], since_s=since_s)


async def playable(request: Request, airing: Airing | None) -> Airing:
    """It, if its playlists are given out to this viewer now. Raises NotFound."""
    if airing is None or not (is_playable(airing) or await may_preview(request, airing)):
        raise NotFound("There is nothing to play here now.")
    return airing


def is_playable(airing: Airing) -> bool:
    """Whether its playlists are given out: it is running, has just ended, or its recording is open."""
    session, now = airing.session, airing.read_at
    if session.state in ("live", "paused") or agenda.is_on_demand(session, airing.event, now):
        return True
    return session.recording == "ready" and session.ended_at is not None and now - session.ended_at < CLOSING


async def may_preview(request: Request, airing: Airing) -> bool:
    """Whether it is a recording that is ready, for one of those who decide whether to open it."""
    session, viewer = airing.session, await viewer_of(request)
    return session.recording == "ready" and allows(
        viewer.grants, "recording.move", event_id=session.event_id, session_id=session.id
    )


def playlist(request: Request, airing: Airing, name: str) -> Prepared:
    """Made once for all who ask at the same state of the programme. Raises NoSuchSegment."""
    key, now = airing.session.media_key, airing.read_at
    delta = request.query_params.get(SKIP) in SKIPS
    side = airing.side(is_signed=name == SIGNED_PLAYLIST)
    if side is None:
        raise NoSuchSegment(name)
    source = side.source

    def make() -> Prepared:
        if name in MULTIVARIANT:
            return prepare(MULTIVARIANT[name](airing.source.film), PLAYLIST_TYPE)
        ours = str(request.app.url_path_for("segments", media_key=key, name="-")).removesuffix("-")
        is_stored = source.elsewhere and name != CAPTIONS_PLAYLIST
        base = f"{source.elsewhere}/{key}/" if is_stored else ours
        if name == SIGNED_PLAYLIST:
            return prepare(source.playlist(PICTURES, now, base + PREFIX, delta=delta), PLAYLIST_TYPE)
        return prepare(source.playlist(RENDITIONS[name], now, base, delta=delta), PLAYLIST_TYPE)

    shelf: Shelf = request.app.state.playlists
    return shelf.get((key, name, delta, source.version(now)), make)


def sent_file(airing: Airing | None, name: str, now: datetime) -> Path | None:
    """The file of a segment that was sent by now."""
    if airing is None:
        return None
    side = airing.side(is_signed=name.startswith(PREFIX))
    if side is None:
        return None
    try:
        return side.directory / side.source.file_of(name.removeprefix(PREFIX), now)
    except (NoSuchSegment, NotYet):
        return None


async def file(request: Request, path: Path, media_type: str, cache_control: str) -> Response:
    """Raises NotFound for a file that is not there."""
    is_part = parts.segment_of(path.name) is not None
    shelf: FileShelf = request.app.state.parts if is_part else request.app.state.files
    try:
        content = await shelf.read(path)
    except FileNotFoundError as error:
        raise NotFound("This film does not have it.") from error
    return Response(content, media_type=media_type, headers={"cache-control": cache_control})


def airings_of(request: Request) -> Airings:
    airings: Airings = request.app.state.airings
    return airings
