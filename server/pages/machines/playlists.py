"""A session's pictures, sound and captions: playlists for its audience, segments for all who know their key."""

from datetime import UTC, datetime
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from rooms.errors import NoSuchSegment
from rooms.playback import parts
from rooms.playback.film_index import CAPTIONS_NAME, POSTER_NAME
from server.models import Event, Session
from server.playback import films, playlists, reloads, segments
from server.playback.admissions import Admissions
from server.playback.airings import Airing, Airings
from server.playback.prepared import FileShelf
from server.rules.permissions import allows
from server.store.engine.database import Database
from server.store.films import film_of
from server.trust.sign_in import keep_seen, token_of, viewer_of, viewer_with
from server.web.answers import told_plainly
from server.web.caching import ASK_EACH_TIME, FOR_AN_HOUR, FOR_NOBODY
from server.web.entrance import entering, require, session_of
from server.web.errors import NotFound

SKIP, SKIPS = "_HLS_skip", ("YES", "v2")
"""The parameter by which a player asks for a delta update, and its values (RFC 8216bis, 6.2.5.1)."""


@told_plainly()
async def show(request: Request) -> Response:
    """A playlist as of the last reading of its session; one that a player waits for, as soon as it is there."""
    name, wanted = request.path_params["name"], reloads.wanted_by(request.query_params)
    await let_in(request)
    airing = await playable(request, await airing_at(request))
    if name not in playlists.NAMES:
        raise NotFound("There is nothing to play here.")
    if wanted is not None and name not in playlists.MULTIVARIANT:
        lookout = request.app.state.lookout
        found = await playlists.waited_for(lookout, lambda since_s: airing_at(request, since_s), name, wanted)
        airing = await playable(request, found)
    delta = request.query_params.get(SKIP) in SKIPS
    try:
        prepared = playlists.playlist(
            request.app.state.playlists, airing, name, lambda: address_of_segments(request, airing), delta=delta
        )
    except NoSuchSegment as error:
        raise NotFound("This session does not have it.") from error
    return prepared.answer(request, ASK_EACH_TIME)


@told_plainly()
async def captions(request: Request) -> Response:
    """The whole captions of the recording, once its session is over."""
    async with entering(request) as (db, event):
        session = await attended(request, db, event)
    airing = await airings_of(request).at(event.slug, session.slug)
    if airing is None or not airing.is_playable or not airing.source.is_over(airing.read_at):
        raise NotFound("There are no captions to read yet.")
    return await file(request, airing.directory / CAPTIONS_NAME, segments.CAPTIONS_TYPE, ASK_EACH_TIME)


@told_plainly()
async def poster(request: Request) -> Response:
    """A still of the session's film."""
    async with entering(request) as (db, event):
        session = await attended(request, db, event)
        film = await film_of(db, session)
    if film is None:
        raise NotFound("This session has no film.")
    path = films.directory_of(request.app.state.settings, film) / POSTER_NAME
    return await file(request, path, "image/jpeg", FOR_AN_HOUR)


@told_plainly()
async def segment(request: Request) -> Response:
    """A segment; 404 for an unknown key or name, before its simulive time, and when nobody may watch its session.

    The part that is announced as the next one is waited for.
    """
    now, name, media_key = datetime.now(UTC), request.path_params["name"], request.path_params["media_key"]
    airings = airings_of(request)
    path = segments.open_file(await airings.with_key(media_key), name, now)
    if path is None:
        airing = await segments.waited_for(airings, request.app.state.lookout, media_key, name)
        path = segments.open_file(airing, name, now)
    if path is None:
        raise NotFound("There is no such segment, or not yet.")
    answer = await file(request, path, segments.TYPES[path.suffix], segments.caching_of(path))
    answer.headers["x-accel-expires"] = str(segments.PROXY_KEEPS_S)
    return answer


@told_plainly()
async def preview(request: Request) -> Response:
    """A segment of a recording that is not open yet, for those who decide whether to open it."""
    async with entering(request) as (db, event):
        session = await session_of(request, db, event)
    require(request, "recording.move", session_id=session.id)
    airing = await airing_at(request)
    path = segments.sent_file(airing, request.path_params["name"], datetime.now(UTC)) if airing else None
    if path is None:
        raise NotFound("There is no such segment.")
    return await file(request, path, segments.TYPES[path.suffix], FOR_NOBODY)


async def let_in(request: Request) -> None:
    """Let in a viewer who may attend the session. Raises what `require` raises.

    The middleware looks up no viewer for a playlist: it is done here, and remembered for some seconds.
    """
    admissions: Admissions = request.app.state.admissions
    who = (token_of(request), request.path_params["event"], request.path_params["session"])
    if admissions.knows(who):
        return
    database: Database = request.app.state.db
    async with database.reading() as db:
        viewer = request.state.viewer = await viewer_with(db, who[0])
        async with entering(request, db=db) as (_, event):
            await attended(request, db, event)
    await keep_seen(database, viewer)
    if viewer.person:
        admissions.admit(who, viewer.person.id)


async def attended(request: Request, db: AsyncSession, event: Event) -> Session:
    """The session of the address, for a viewer who may attend it. Raises what `require` raises."""
    session = await session_of(request, db, event)
    require(request, "event.attend", session_id=session.id)
    return session


async def airing_at(request: Request, since_s: float | None = None) -> Airing | None:
    """The airing of the session of the address; None: it sends nothing out."""
    return await airings_of(request).at(request.path_params["event"], request.path_params["session"], since_s=since_s)


async def playable(request: Request, airing: Airing | None) -> Airing:
    """The same airing, if its playlists are given out to this viewer now. Raises NotFound."""
    if airing is None or not (airing.is_playable or await may_preview(request, airing)):
        raise NotFound("There is nothing to play here now.")
    return airing


async def may_preview(request: Request, airing: Airing) -> bool:
    """True when the recording is ready, and the viewer is one of those who decide whether to open it."""
    session, viewer = airing.session, await viewer_of(request)
    return session.recording == "ready" and allows(
        viewer.grants, "recording.move", event_id=session.event_id, session_id=session.id
    )


def address_of_segments(request: Request, airing: Airing) -> str:
    """The address below which the session's segments are served: the crew's own while nobody else may watch."""
    if not airing.is_playable:
        slugs = {"event": airing.event.slug, "session": airing.session.slug}
        return str(request.app.url_path_for("preview", **slugs, name="-")).removesuffix("-")
    return str(request.app.url_path_for("segments", media_key=airing.session.media_key, name="-")).removesuffix("-")


async def file(request: Request, path: Path, media_type: str, cache_control: str) -> Response:
    """The answer with a file's content, from memory where it is kept. Raises NotFound for a file that is missing."""
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
