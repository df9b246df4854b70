"""Files that exist whole or not at all, and survive a power cut."""

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
    """Write aside, then rename into place. Readers find the file whole, but it may not survive a power cut."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def settle(directory: Path) -> None:
    """Flush a directory, so that its new names survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
