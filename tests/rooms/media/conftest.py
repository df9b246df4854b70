"""A short film, made once for all tests."""

from pathlib import Path

import pytest

from rooms.media.films.captions import cues_of
from rooms.media.films.cards import Typeface
from rooms.media.films.film import make_film
from rooms.media.films.package import package
from rooms.media.films.spec import FilmSpec
from rooms.playback.film_index import FilmIndex


@pytest.fixture(scope="session")
def spec() -> FilmSpec:
    """Nine seconds: the last segment is a short one."""
    return FilmSpec.from_json(
        {
            "title": "Hearts and minds",
            "speaker": "Heart health lead nurse",
            "accent": "#c23a22",
            "cards": [
                {"text": "Put two fingers on your wrist.", "seconds": 4},
                {"text": "Mid and south Essex as a whole does not. Not yet.", "seconds": 3},
                {"text": "Please clap if you are in. Thank you.", "seconds": 2},
            ],
        }
    )


@pytest.fixture(scope="session")
def film(spec: FilmSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    make_film(spec, path, Typeface(), lambda share: None)
    return path


@pytest.fixture(scope="session")
def packaged(spec: FilmSpec, film: Path) -> tuple[Path, FilmIndex]:
    directory = film.parent / "packaged"
    return directory, package(film, directory, spec.title, cues_of(spec.cards), spec.digest)
