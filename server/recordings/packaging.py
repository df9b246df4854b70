"""Makes films of what was uploaded: one at a time, by the media process, which alone knows codecs."""

import asyncio
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import structlog
from starlette.applications import Starlette

from server.models import FilmUpload
from server.playback.films import films_dir, index_at
from server.settings import Settings
from server.store import uploads
from server.store.engine.database import Database

EVERY_S = 1.0
PROGRESS = re.compile(r"done (?P<percent>\d+) %")
log = structlog.get_logger("plenary.packaging")


async def package_due(app: Starlette) -> datetime | None:
    """A duty: package the upload that has waited longest, if there is one; then another may wait."""
    database, settings, now = app.state.db, app.state.settings, datetime.now(UTC)
    async with database.reading() as db:
        row = await uploads.next_due(db, now)
    if row is None:
        return None
    async with database.writing() as db:
        is_ours = await uploads.claim(db, row, now)
    if is_ours:
        await package(database, settings, row)
    return now


def uploaded(settings: Settings, row: FilmUpload) -> Path:
    """Where the bytes of an upload lie."""
    return settings.data / "media" / "uploads" / str(row.id)


async def package(database: Database, settings: Settings, row: FilmUpload) -> None:
    """Cut the file into a film beside its place, and move it there when it is whole."""
    workshop, place = films_dir(settings) / f".{row.id}", films_dir(settings) / str(row.id)
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.parent.mkdir(parents=True, exist_ok=True)
    last_word = await run(database, row, uploaded(settings, row), workshop)
    if last_word:
        shutil.rmtree(workshop, ignore_errors=True)
    async with database.writing() as db:
        if last_word:
            log.warning("film refused", upload=str(row.id), why=last_word)
            await uploads.refuse(db, row.id, last_word)
        else:
            shutil.rmtree(place, ignore_errors=True)
            workshop.rename(place)
            await uploads.finish(db, row, place.name, index_at(place).duration.total_seconds())
    uploaded(settings, row).unlink(missing_ok=True)


async def run(database: Database, row: FilmUpload, file: Path, workshop: Path) -> str:
    """Run the media command and note how far it has come; why it failed, nothing when it did not."""
    command = [sys.executable, "-m", "rooms.media", "package", str(file), str(workshop), "--title", row.title]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    last_word = "The film could not be read."
    try:
        assert process.stdout is not None
        async for line in process.stdout:
            last_word = line.decode(errors="replace").strip() or last_word
            if found := PROGRESS.match(last_word):
                async with database.writing() as db:
                    await uploads.go_on(db, row.id, int(found["percent"]), datetime.now(UTC))
        return last_word if await process.wait() else ""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
