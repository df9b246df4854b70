"""The address at which the media process listens, and the directory to which it writes.

The media process reads this too, so nothing heavy is imported here.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from server.settings import Settings


def programmes_dir(settings: Settings) -> Path:
    """The directory to which the media process writes; it holds a directory for each session."""
    return settings.data / "media" / "programmes"


def listen_address(settings: Settings) -> str:
    """The address at which the media process listens: as set, or else the path of a Unix socket.

    The path of a socket has a hundred bytes at most, so it lies in a short directory that only this user can enter.
    Raises OSError when another user has made that directory.
    """
    if settings.media_listen:
        return settings.media_listen
    directory = Path(tempfile.gettempdir()) / f"plenary-{os.getuid()}"
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    found = directory.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{directory} is not ours alone")
    name = hashlib.sha256(str(settings.data.absolute()).encode()).hexdigest()[:16]
    return str(directory / f"{name}.sock")
