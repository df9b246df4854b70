"""The file `film.json` of a packaged film: reading it judges every field."""

from pathlib import Path

import msgspec

from rooms.playback.film_index import INDEX_NAME, FilmIndex


class FilmBroken(FileNotFoundError):
    """A film whose index cannot be read. It is as good as not there: it cannot be played, and can be made again."""


def read_index(directory: Path) -> FilmIndex:
    """Read the index of the film in a directory. Raises FileNotFoundError where there is none, and FilmBroken."""
    path = directory / INDEX_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=FilmIndex)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise FilmBroken(f"{path} is broken: {error}") from error
