"""Files that are there whole or not at all, and survive a power cut."""

import os
from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """Write aside, flush to the disk, then rename into place."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def replace_file(path: Path, content: bytes) -> None:
    """Write aside and rename into place: whole for whoever reads it, but not through a power cut."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def settle(directory: Path) -> None:
    """Make the names in a directory last."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
