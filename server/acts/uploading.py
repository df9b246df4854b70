"""Uploading a film: its bytes come in pieces, each at the offset at which the one before it ended."""

from datetime import datetime
from pathlib import Path

from anyio import to_thread
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, FilmUpload
from server.recordings.packaging import uploaded
from server.settings import Settings
from server.store import uploads
from server.store.engine.database import Database
from server.web.errors import Conflict, TooLarge

MOST_BYTES = 8_000_000_000
"""The most bytes of a film."""


async def announce(db: AsyncSession, settings: Settings, event: Event, title: str, size: int) -> FilmUpload:
    """Expect a film of this size, in bytes. An empty file is made before its address is known. Raises TooLarge."""
    if size > MOST_BYTES:
        raise TooLarge(f"A film has {MOST_BYTES // 10**9} GB at most. Please make it smaller.")
    upload = await uploads.create(db, event.id, title, size)
    await to_thread.run_sync(_begin, uploaded(settings, upload))
    return upload


async def receive(
    database: Database, settings: Settings, upload: FilmUpload, offset: int, piece: bytes, now: datetime
) -> int:
    """Store a piece; the offset of the next one. The last piece has the film packaged.

    Raises Conflict for a piece that is not the next, and TooLarge for more bytes than were announced.
    """
    if offset != upload.received or upload.received == upload.size:
        raise Conflict("This is not the piece that is next. Please ask for the offset.")
    if offset + len(piece) > upload.size:
        raise TooLarge("The file is longer than was announced.")
    await to_thread.run_sync(_write_at, uploaded(settings, upload), offset, piece)
    async with database.writing() as db:
        if not await uploads.receive(db, upload, offset, len(piece), now):
            raise Conflict("Another browser is sending this file too.")
    return offset + len(piece)


def is_here(settings: Settings, upload: FilmUpload) -> bool:
    """True while all bytes of an upload are kept: those of a film that cannot be played are deleted."""
    file = uploaded(settings, upload)
    return file.exists() and file.stat().st_size == upload.size


async def try_again(db: AsyncSession, settings: Settings, upload: FilmUpload, now: datetime) -> None:
    """Have a film packaged once more after a failure. Raises Conflict when there is nothing to try."""
    if not (is_here(settings, upload) and await uploads.try_again(db, upload, now)):
        raise Conflict("There is nothing to try again: please choose the file once more.")


async def forget(db: AsyncSession, upload: FilmUpload) -> None:
    """Delete an upload that was given up or refused. Raises Conflict while it is being packaged."""
    if not await uploads.forget(db, upload):
        raise Conflict("This film is being made ready just now.")


async def remove_file(settings: Settings, upload: FilmUpload) -> None:
    """Remove the bytes of an upload that is forgotten."""
    await to_thread.run_sync(lambda: uploaded(settings, upload).unlink(missing_ok=True))


def _begin(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def _write_at(path: Path, offset: int, piece: bytes) -> None:
    """Write a piece over whatever a broken one may have left there."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()
