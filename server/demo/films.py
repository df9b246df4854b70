"""Production of the demo's films, once, by the media process: only that process can draw and encode pictures."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rooms.playback.film_file import read_index
from rooms.playback.film_index import INDEX_NAME
from server.demo.furnishing import PackagedFilm
from server.demo.script import Script
from server.settings import Settings
from server.web.folders import npm_file

FONT = "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2"
PROGRESS = re.compile(r"film (?P<number>\d+)/(?P<total>\d+) (?P<percent>\d+) %")

Progress = Callable[[float], None]
"""Called with the share of all the films that is made, 0 to 1."""


class FilmsFailed(Exception):
    """Raised when the media process could not make the films; the text is the last line that it printed."""


def make_films(script: Script, settings: Settings, progress: Progress) -> list[PackagedFilm]:
    """Make the films of the script below the data directory, except those made from the same words, and return all.

    Raises FilmsFailed.
    """
    folder = films_dir(settings)
    folder.mkdir(parents=True, exist_ok=True)
    specs = {slug: (folder / f"demo-{slug}.json", json.dumps(spec)) for slug, spec in script.film_specs()}
    missing = [(path, text) for path, text in specs.values() if not _is_made(path, text)]
    if missing:
        for path, text in missing:
            (path.with_suffix("") / INDEX_NAME).unlink(missing_ok=True)
            path.write_text(text, encoding="utf-8")
        _run([path for path, _ in missing], folder, progress)
    return [_packaged(slug, path.with_suffix("")) for slug, (path, _) in specs.items()]


def films_dir(settings: Settings) -> Path:
    return settings.data / "media" / "films"


def _is_made(spec: Path, wanted: str) -> bool:
    """True when the stored description equals `wanted` and a finished film lies beside it."""
    try:
        read_index(spec.with_suffix(""))
    except FileNotFoundError:
        return False
    return spec.is_file() and spec.read_text(encoding="utf-8") == wanted


def _run(specs: list[Path], folder: Path, progress: Progress) -> None:
    words = [sys.executable, "-m", "rooms.media", "film", *map(str, specs), "--to", str(folder), *_font()]
    last_line = "the media process printed nothing"
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603 - our own module, no shell
        done: dict[str, int] = {}
        for line in process.stdout or ():
            last_line = line.strip() or last_line
            if said := PROGRESS.match(line):
                done[said["number"]] = int(said["percent"])
                progress(sum(done.values()) / (100 * int(said["total"])))
    if process.returncode:
        raise FilmsFailed(last_line)


def _font() -> list[str]:
    """The options that name the typeface of the pages; none when it is not installed."""
    try:
        return ["--font", str(npm_file(FONT))]
    except LookupError:
        return []


def _packaged(slug: str, directory: Path) -> PackagedFilm:
    index = read_index(directory)
    return PackagedFilm(slug, index.title, directory.name, index.duration.total_seconds())
