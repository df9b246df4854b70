"""A film in a test's data directory: a real index, and files that hold only their own names."""

import json
from datetime import UTC, datetime
from pathlib import Path

from rooms.playback.cuts import Cut
from rooms.playback.film_index import CAPTIONS_NAME, INDEX_NAME, POSTER_NAME, FilmIndex, Rendition, Segment
from rooms.playback.simulive import FilmProgramme
from server.models import Event, Film
from server.playback.films import FilmSource, films_dir, index_at
from server.settings import Settings
from server.store import films
from server.store.engine.database import Database

SEGMENT_S = 2.0
COUNT = 5
"""Ten seconds of film."""


def index() -> FilmIndex:
    def rendition(letter: str, kind: str, codecs: str | None) -> Rendition:
        segments = tuple(Segment(f"{letter}-{number}.{kind}", SEGMENT_S) for number in range(COUNT))
        return Rendition(segments, f"{letter}.mp4" if codecs else None, codecs, 90_000, 80_000)

    return FilmIndex(
        title="Hearts and minds",
        width=640,
        height=360,
        frame_rate=10,
        video=rendition("v", "m4s", "avc1.4d4016"),
        audio=rendition("a", "m4s", "mp4a.40.2"),
        captions=rendition("c", "vtt", None),
    )


def lay(directory: Path) -> FilmIndex:
    """Put a packaged film into a directory."""
    film = index()
    directory.mkdir(parents=True)
    renditions = [film.video, film.audio, film.captions]
    names = [segment.name for rendition in renditions if rendition for segment in rendition.segments]
    for name in [*names, "v.mp4", "a.mp4", CAPTIONS_NAME, POSTER_NAME]:
        (directory / name).write_text(name)
    (directory / INDEX_NAME).write_text(json.dumps(film.to_json()))
    return film


async def film_of(event: Event, database: Database, settings: Settings) -> Film:
    """A film of this event, on disk and in the database."""
    film = lay(films_dir(settings) / str(event.id))
    async with database.writing() as db:
        return await films.add(db, event.id, film.title, str(event.id), film.duration.total_seconds())


def sent_from(directory: Path) -> FilmSource:
    """The airing of a session that has just begun with the film in a directory."""
    programme = FilmProgramme(index_at(directory), datetime.now(UTC))
    return FilmSource(programme, Cut(programme))
