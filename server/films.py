"""Films on disk: where a packaged film lies, and its index."""

import json
from functools import lru_cache
from pathlib import Path

from rooms.film_index import INDEX_NAME, FilmIndex
from rooms.simulive import Pause, Programme
from server.models import Film
from server.settings import Settings
from server.store.films import Broadcast


def films_dir(settings: Settings) -> Path:
    """The directory that holds a directory for each packaged film."""
    return settings.data / "media" / "films"


def directory_of(settings: Settings, film: Film) -> Path:
    return films_dir(settings) / film.directory


def programme_of(settings: Settings, broadcast: Broadcast) -> Programme:
    """What the session sends out. Raises FileNotFoundError when its film is not on this machine."""
    session = broadcast.session
    assert session.started_at is not None
    path = directory_of(settings, broadcast.film) / INDEX_NAME
    pauses = [Pause(*pause) for pause in broadcast.pauses]
    return Programme(_index(path, path.stat().st_mtime_ns), session.started_at, pauses, session.ended_at)


@lru_cache(maxsize=256)
def _index(path: Path, _changed_ns: int) -> FilmIndex:
    return FilmIndex.from_json(json.loads(path.read_bytes()))
