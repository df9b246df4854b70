"""Packages uploads into films. A child process does it, with the codecs."""

import shutil
import sys
from pathlib import Path

from starlette.applications import Starlette

from server.models import FilmUpload
from server.playback.films import films_dir, index_at
from server.running import child
from server.running.child import ChildFailed
from server.running.jobs import HeldJob, JobFailed, JobKind
from server.settings import Settings
from server.store import films, uploads


def uploaded(settings: Settings, row: FilmUpload) -> Path:
    """The file that holds the bytes of an upload."""
    return settings.data / "media" / "uploads" / str(row.id)


async def package(app: Starlette, held: HeldJob) -> None:
    """Cut the uploaded file into a film beside its place, and move the film there when it is whole.

    Raises JobFailed with the reason for a file that cannot be played.
    """
    settings: Settings = app.state.settings
    async with app.state.db.reading() as db:
        row = await db.get(FilmUpload, held.job.subject_id)
    if row is None:
        raise JobFailed("The upload was deleted.")
    file, place = uploaded(settings, row), films_dir(settings) / str(row.id)
    workshop = films_dir(settings) / f".{row.id}.{held.job.lease}"
    films_dir(settings).mkdir(parents=True, exist_ok=True)
    for left_behind in films_dir(settings).glob(f".{row.id}.*"):
        shutil.rmtree(left_behind, ignore_errors=True)
    words = [sys.executable, "-m", "rooms.media", "package", str(file), str(workshop), "--title", row.title]
    try:
        await child.run(words, progress=held.progress)
        async with held.finishing() as db:
            shutil.rmtree(place, ignore_errors=True)
            workshop.rename(place)
            await films.add(db, row.event_id, row.title, place.name, index_at(place).duration.total_seconds())
    except ChildFailed as error:
        file.unlink(missing_ok=True)
        raise JobFailed(str(error) or "The film could not be read.") from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    file.unlink(missing_ok=True)


FILM = JobKind(uploads.KIND, package)
