"""The demo event with a real film, served, with the join links of the people who come to it."""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rooms.media.films.captions import cues_of
from rooms.media.films.cards import Typeface
from rooms.media.films.film import make_film
from rooms.media.films.package import package
from rooms.media.films.spec import FilmSpec
from server.demo.furnishing import PackagedFilm
from server.demo.guests import new_links
from server.demo.laying import lay
from server.demo.script import read_script
from server.playback.films import films_dir
from server.settings import Settings
from server.store.engine.database import Database
from tests.journey.venue import Venue

CARDS = [{"text": "Know your numbers.", "seconds": 6}, {"text": "Two fingers on the wrist.", "seconds": 6}]
SPEC = FilmSpec.from_json({"title": "Healthy Hearts", "speaker": "A nurse", "accent": "#c23a22", "cards": CARDS})
SECONDS = 12.0


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short packaged film, used instead of the demo's longer ones; a session repeats it until its end."""
    folder = tmp_path_factory.mktemp("film")
    make_film(SPEC, folder / "film.mp4", Typeface(), lambda share: None)
    package(folder / "film.mp4", folder / "packaged", SPEC.title, cues_of(SPEC.cards), SPEC.digest)
    return folder / "packaged"


@pytest.fixture
async def links(database: Database, settings: Settings, film: Path) -> dict[str, str]:
    """The paths of a join link for each role of the demo, which is laid around now."""
    script = read_script()
    films = [PackagedFilm(each.slug, each.title, each.slug, SECONDS) for each in script.films]
    films_dir(settings).mkdir(parents=True)
    for each in films:
        (films_dir(settings) / each.directory).symlink_to(film)
    event = await lay(database, script, films, datetime.now(UTC))
    return {role: f"/join/{token}" for role, token in (await new_links(database, event)).items()}


@pytest.fixture
async def venue(links: dict[str, str], served: str, settings: Settings, tmp_path: Path) -> AsyncIterator[Venue]:
    """The served event: its address, its links, and its command line."""
    environment = {"PLENARY_DATA": str(tmp_path), "DATABASE_URL": settings.database_url}
    yield Venue(served, links, [sys.executable, "-m", "server"], environment)
