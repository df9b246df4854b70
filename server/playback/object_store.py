"""Copies what stages send to an S3-compatible store, where viewers fetch it: segments first, then the playlist.

A playlist lists a segment only once the store has it. While the store does not answer, what was recorded is kept in the
data directory, tried again, and the organiser is told. One web process of the installation does it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url
from starlette.applications import Starlette

from rooms.playback.recording import RENDITIONS, SIGNED, SMALL, RenditionJournal
from server.models import Keeping, Session
from server.playback import programmes
from server.playback.signed import PICTURES, PREFIX
from server.running.locks import alone
from server.settings import Settings
from server.store import keeping
from server.store.engine.database import Database

if TYPE_CHECKING:
    from obstore.store import RetryConfig

EVERY_S = 0.5
MOST_AT_ONCE = 20
"""Files of one rendition in one turn: other sessions wait no longer than that."""
FOR_GOOD = "public, max-age=31536000, immutable"
TYPES = {".m4s": "video/iso.segment", ".mp4": "video/mp4"}
AWAY_AFTER: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=5)}
"""We try again by ourselves, and tell meanwhile."""

log = structlog.get_logger("plenary.store")


def open_store(settings: Settings) -> ObjectStore | None:
    """The store that `PLENARY_STORE_URL` names, None without one; keys and endpoint are read from `AWS_…` variables."""
    if not settings.store_url:
        return None
    return from_url(settings.store_url, retry_config=AWAY_AFTER, client_options={"timeout": "10s", "allow_http": True})


async def copy_new(app: Starlette) -> datetime | None:
    """A duty: bring every session's segments to the store, and take away what was withdrawn. Rests without a store."""
    settings: Settings = app.state.settings
    store: ObjectStore | None = app.state.object_store
    if store is None:
        return None
    with alone(settings.data / "store.lock") as is_ours:
        if is_ours:
            database: Database = app.state.db
            async with database.reading() as db:
                kept = await keeping.to_be_stored(db)
            for session, known in kept:
                await bring_up_to_date(database, store, programmes.directory_of(settings, session), session, known)
    return datetime.now(UTC)


async def bring_up_to_date(
    database: Database, store: ObjectStore, directory: Path, session: Session, known: Keeping
) -> None:
    """One session's next segments, noted once the store has them."""
    stored = dict(known.stored)
    try:
        if known.stored_key not in ("", session.media_key):
            await remove_all(store, known.stored_key)
            stored = {}
        if session.recording != "withdrawn":
            stored = await copy(store, directory, session.media_key, stored)
    except (BaseError, OSError) as error:
        log.warning("the object store does not answer", session=str(session.id), error=str(error))
        changes: dict[str, Any] = {"store_away": True}
    else:
        changes = {"store_away": False, "stored_key": session.media_key, "stored": stored}
    if any(getattr(known, name) != value for name, value in changes.items()):
        async with database.writing() as db:
            await keeping.note_stored(db, session.id, **changes)


async def copy(store: ObjectStore, directory: Path, media_key: str, stored: Mapping[str, int]) -> dict[str, int]:
    """Copy what is listed and not stored yet; how many segments of each rendition are stored then."""
    now = dict(stored)
    parts = [(name, directory, name, "") for name in RENDITIONS]
    for counted, place, rendition, prefix in (*parts, (SIGNED, directory / SIGNED, PICTURES, PREFIX)):
        try:
            journal = programmes.journal_at(place, rendition)
        except FileNotFoundError:
            continue
        if rendition == SMALL:  # it lists segments of the other size too
            journal = journal.cut(now["video"])
        names, done = _next(rendition, journal, now.get(counted, 0))
        for name in names:
            path = place / name
            attributes = {"Content-Type": TYPES[path.suffix], "Cache-Control": FOR_GOOD}
            await obstore.put_async(store, f"{media_key}/{prefix}{name}", path, attributes=attributes)
        now[counted] = done
    return now


async def remove_all(store: ObjectStore, media_key: str) -> None:
    """Take away what nobody may fetch any more."""
    found = await obstore.list(store, f"{media_key}/").collect_async()
    await obstore.delete_async(store, [each["path"] for each in found])


def _next(rendition: str, journal: RenditionJournal, done: int) -> tuple[list[str], int]:
    """The rendition's own files of its next segments, and how many segments are done then.

    An initialisation segment goes before the first segment of its run.
    """
    names: list[str] = []
    run = journal.listed[done - 1].run if done else -1
    for segment in journal.listed[done:]:
        if segment.letter == RENDITIONS[rendition]:
            names += [segment.init, segment.name] if segment.run != run else [segment.name]
        run, done = segment.run, done + 1
        if len(names) >= MOST_AT_ONCE:
            break
    return names, done
