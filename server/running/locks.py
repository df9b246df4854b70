"""One process of a machine at a time, or one server with all of its processes."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import reduction
from pathlib import Path
from typing import Any

MOST_BYTES = 1_000


@contextmanager
def alone(file: Path) -> Iterator[bool]:
    """Hold a lock on this file while the context is open; False when another process of this machine holds it.

    The lock ends with its process too.
    """
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


class LockTaken(Exception):
    """Somebody else holds the lock; the message is what they have written about themselves."""


class FileLock:
    """A lock on a file, of this process and of the workers that are started with it.

    The kernel takes it back when the last of them has ended, in whatever way.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, file: Path, *, shared: bool) -> "FileLock":
        """Take the lock, or share it with others that share it. Raises LockTaken, OSError."""
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, MOST_BYTES, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise LockTaken(holder) from None
        return cls(descriptor)

    def tell(self, about: str) -> None:
        """Write down who holds the lock, for the one who is refused."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{about}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._descriptor)

    def __reduce__(self) -> tuple[Any, ...]:
        """Hand the lock to a worker as it is started."""
        return _handed_over, (reduction.DupFd(self._descriptor),)


def _handed_over(handle: Any) -> FileLock:
    return FileLock(handle.detach())
