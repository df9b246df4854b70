"""A session's pictures, sound and captions: playlists for those who may attend, segments for who knows their key."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from rooms import playlists, simulive
from rooms.errors import NoSuchSegment, NotYet
from rooms.film_index import CAPTIONS_NAME, POSTER_NAME
from rooms.simulive import Programme
from server import films
from server.broadcasts import Source
from server.entrance import event_of, require, session_of
from server.errors import NotFound, PageError
from server.models import Event, Session
from server.permissions import allows
from server.prepared import Prepared, Shelf, prepare
from server.store import agenda
from server.store.films import Broadcast, broadcast, film_of

INDEX = "index.m3u8"
PLAYLISTS = {INDEX: "", "video.m3u8": "video", "audio.m3u8": "audio", "captions.m3u8": "captions"}
"""The playlists and the renditions that they list; the index lists the renditions themselves."""
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
CAPTIONS_TYPE = "text/vtt"
SEGMENT_TYPES = {".m4s": "video/iso.segment", ".mp4": "video/mp4", ".vtt": CAPTIONS_TYPE}
ASK_EACH_TIME = "private, no-cache"
FOR_AN_HOUR = "private, max-age=3600"
FOR_GOOD = "public, max-age=31536000, immutable"
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
    """A playlist, or the film's whole captions once its session is over."""
    now, name = datetime.now(UTC), request.path_params["name"]
    async with request.app.state.db.reading() as db:
        event, session = await attended(request, db)
        playing = await broadcast(db, session)
    if playing is None or not is_playable(request, event, session, now):
        raise NotFound("There is nothing to play here now.")
    try:
        programme = films.programme_of(request.app.state.settings, playing)
        if name == CAPTIONS_NAME and programme.is_over(now):
            return captions(request, playing)
        return playlist(request, playing, programme, name, now).answer(request, ASK_EACH_TIME)
    except (FileNotFoundError, NoSuchSegment) as error:
        raise NotFound("There is nothing to play at this address.") from error


@told_plainly
async def poster(request: Request) -> Response:
    """A still of the session's film."""
    async with request.app.state.db.reading() as db:
        _, session = await attended(request, db)
        film = await film_of(db, session)
    if film is None:
        raise NotFound("This session has no film.")
    path = films.directory_of(request.app.state.settings, film) / POSTER_NAME
    if not path.is_file():
        raise NotFound("This film has no still.")
    return FileResponse(path, media_type="image/jpeg", headers={"cache-control": FOR_AN_HOUR})


@told_plainly
async def segment(request: Request) -> Response:
    """A segment, to be kept for good; 404 for an unknown key or name, and before its simulive time."""
    now, name, media_key = datetime.now(UTC), request.path_params["name"], request.path_params["media_key"]
    broadcasts = request.app.state.broadcasts
    path = sent_file(await broadcasts.with_key(media_key), name, now)
    if path is None:
        path = sent_file(await broadcasts.with_key(media_key, fresh=True), name, now)
    if path is None or not path.is_file():
        raise NotFound("There is no such segment, or not yet.")
    return FileResponse(path, media_type=SEGMENT_TYPES[path.suffix], headers={"cache-control": FOR_GOOD})


async def attended(request: Request, db: AsyncSession) -> tuple[Event, Session]:
    """The session of the address, for those who may attend it."""
    event = await event_of(request, db)
    session = await session_of(request, db, event)
    require(request, "event.attend", session_id=session.id)
    return event, session


def is_playable(request: Request, event: Event, session: Session, now: datetime) -> bool:
    """Whether its playlists are given out: it is running, has just ended, or its recording is open (to this viewer)."""
    if session.state in ("live", "paused") or agenda.is_on_demand(session, event, now):
        return True
    if session.recording != "ready" or session.ended_at is None:
        return False
    return now - session.ended_at < CLOSING or allows(
        request.state.viewer.grants, "recording.move", event_id=event.id, session_id=session.id
    )


def playlist(request: Request, playing: Broadcast, programme: Programme, name: str, now: datetime) -> Prepared:
    """Made once for all who ask at the same state of the programme. Raises NoSuchSegment for another name."""
    if name not in PLAYLISTS:
        raise NoSuchSegment(name)
    key = playing.session.media_key
    version = (key, name, programme.started_at, tuple(programme.pauses), programme.sent(now), programme.is_over(now))

    def make() -> Prepared:
        if name == INDEX:
            return prepare(playlists.multivariant_playlist(programme.film), PLAYLIST_TYPE)
        base = str(request.app.url_path_for("segments", media_key=key, name="-")).removesuffix("-")
        return prepare(simulive.playlist(programme, PLAYLISTS[name], now, base), PLAYLIST_TYPE)

    shelf: Shelf = request.app.state.playlists
    return shelf.get(version, make)


def captions(request: Request, playing: Broadcast) -> Response:
    path = films.directory_of(request.app.state.settings, playing.film) / CAPTIONS_NAME
    if not path.is_file():
        raise NotFound("This film has no captions.")
    return FileResponse(path, media_type=CAPTIONS_TYPE, headers={"cache-control": FOR_AN_HOUR})


def sent_file(source: Source | None, name: str, now: datetime) -> Path | None:
    """The file of a segment that was sent by now."""
    if source is None:
        return None
    try:
        return source.directory / simulive.segment_file(source.programme, name, now)
    except (NoSuchSegment, NotYet):
        return None
