"""Copies what stages send to an S3-compatible object store, from which viewers fetch it.

A playlist lists a segment only once the store has it. While the store does not answer, segments stay in the data
directory, the copy is tried again, and the organiser is told. One web process of the installation copies.
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
from server.playback.segments import TYPES
from server.playback.signed import PICTURES, PREFIX
from server.running.locks import alone
from server.settings import Settings
from server.store import agenda, keeping
from server.store.engine.database import Database
from server.web.caching import FOR_GOOD

if TYPE_CHECKING:
    from obstore.store import RetryConfig

EVERY_S = 0.5
MOST_AT_ONCE = 20
"""The most files of one rendition in one turn, so that other sessions need not wait long."""
AWAY_AFTER: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=5)}
"""The client gives up soon: the duty tries again by itself, and tells the organiser meanwhile."""

log = structlog.get_logger("plenary.store")


def open_store(settings: Settings) -> ObjectStore | None:
    """The store at `PLENARY_STORE_URL`, None without one; its keys and endpoint come from `AWS_…` variables."""
    if not settings.store_url:
        return None
    return from_url(settings.store_url, retry_config=AWAY_AFTER, client_options={"timeout": "10s", "allow_http": True})


async def copy_new(app: Starlette) -> datetime | None:
    """A duty: copy every session's new segments to the store, and remove withdrawn ones. Rests without a store."""
    settings: Settings = app.state.settings
    store: ObjectStore | None = app.state.object_store
    if store is None:
        return None
    with alone(settings.data / "store.lock") as is_ours:
        if is_ours:
            database: Database = app.state.db
            async with database.reading() as db:
                kept = await keeping.to_be_stored(db)
                closed = await agenda.closed_recordings(db, datetime.now(UTC))
            for session, known in kept:
                directory, is_closed = programmes.directory_of(settings, session), session.id in closed
                await bring_up_to_date(database, store, directory, session, known, is_closed=is_closed)
    return datetime.now(UTC)


async def bring_up_to_date(
    database: Database,
    store: ObjectStore,
    directory: Path,
    session: Session,
    known: Keeping,
    *,
    is_closed: bool = False,
) -> None:
    """Copy one session's next segments, and note in the database what the store has then.

    The store serves a segment to all who know its key, so what nobody may watch any more is removed from it.
    """
    stored = dict(known.stored)
    try:
        if known.stored_key not in ("", session.media_key):
            await remove_all(store, known.stored_key)
            stored = {}
        if is_closed and stored:
            await remove_all(store, session.media_key)
            stored = {}
        if not is_closed and session.recording != "withdrawn":
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
    """Copy listed segments that are not stored yet; the number of stored segments of each rendition after that."""
    counts = dict(stored)
    programme = [(name, directory, name, "") for name in RENDITIONS]
    for counted, source, rendition, prefix in (*programme, (SIGNED, directory / SIGNED, PICTURES, PREFIX)):
        try:
            journal = programmes.journal_at(source, rendition)
        except FileNotFoundError:
            continue
        if rendition == SMALL:  # it lists segments of the other size too
            journal = journal.cut(counts["video"])
        names, done = _next(rendition, journal, counts.get(counted, 0))
        for name in names:
            path = source / name
            attributes = {"Content-Type": TYPES[path.suffix], "Cache-Control": FOR_GOOD}
            await obstore.put_async(store, f"{media_key}/{prefix}{name}", path, attributes=attributes)
        counts[counted] = done
    return counts


async def remove_all(store: ObjectStore, media_key: str) -> None:
    """Remove every file under a key by which nobody may fetch any more."""
    found = await obstore.list(store, f"{media_key}/").collect_async()
    await obstore.delete_async(store, [each["path"] for each in found])


def _next(rendition: str, journal: RenditionJournal, done: int) -> tuple[list[str], int]:
    """The rendition's own files of its next segments, and the number of segments that are done after them.

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
