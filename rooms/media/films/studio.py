"""Makes several films at once, one process per core, and prints the progress of each."""

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from rooms.media.films.captions import cues_of
from rooms.media.films.cards import Typeface
from rooms.media.films.film import make_film
from rooms.media.films.package import package
from rooms.media.films.spec import FilmSpec, SpecRefused
from rooms.playback.film_file import read_index

STEP_PERCENT = 5


class FilmToMake(NamedTuple):
    """One film to make: number `number`, from 1, of `total`."""

    spec: FilmSpec
    directory: Path
    font: Path | None
    number: int
    total: int


def make_films(specs: Sequence[Path], directory: Path, font: Path | None) -> list[Path]:
    """Make and package the films that these files describe, each in a directory named like its file.

    A film that is there already, made from the same description, is kept. Returns the directories.
    Raises SpecRefused before anything is made.
    """
    targets = [directory / path.stem for path in specs]
    films = [
        FilmToMake(spec, target, font, number, len(specs))
        for number, (spec, target) in enumerate(zip(map(read_spec, specs), targets, strict=True), start=1)
    ]
    wanted = [film for film in films if not _is_made(film)]
    if wanted:
        directory.mkdir(parents=True, exist_ok=True)
        spawning = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(len(wanted), cores()), mp_context=spawning) as processes:
            list(processes.map(_make, wanted))
    return targets


def read_spec(path: Path) -> FilmSpec:
    """Read a film's description. Raises SpecRefused for a file that is missing, not JSON or no description."""
    try:
        return FilmSpec.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, json.JSONDecodeError) as error:
        raise SpecRefused(f"{path} cannot be read: {error}") from error


def cores() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _is_made(film: FilmToMake) -> bool:
    try:
        return read_index(film.directory).source == film.spec.digest
    except FileNotFoundError:
        return False


def _make(film: FilmToMake) -> None:
    """Make one film in a temporary directory, and move it to its own when it is whole."""
    percent = -STEP_PERCENT

    def progress(share: float) -> None:
        nonlocal percent
        if 100 * share >= percent + STEP_PERCENT:
            percent = int(100 * share)
            sys.stdout.write(f"film {film.number}/{film.total} {percent} %\n")
            sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix=f".{film.directory.name}.", dir=film.directory.parent) as workshop:
        made, packaged = Path(workshop) / "film.mp4", Path(workshop) / "packaged"
        make_film(film.spec, made, Typeface(film.font), progress)
        package(made, packaged, film.spec.title, cues_of(film.spec.cards), film.spec.digest)
        shutil.rmtree(film.directory, ignore_errors=True)
        packaged.rename(film.directory)
