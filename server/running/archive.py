"""The archive of a backup: a plain tar that is whole once its last member, the list of checksums, is there.

Its members are `manifest.json`, then the files, then `SHA256SUMS` in the format of `sha256sum`. It knows nothing of
what the files mean.
"""

import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from rooms.durable import settle

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
PIECE_BYTES = 1 << 20
MOST_MANIFEST_BYTES = 65_536
MOST_ROUNDS = 5
"""The most looks at a folder in which files come and go, as they do while a stage is on air."""
READABLE = 0o644


class ArchiveDamaged(Exception):
    """The archive is not what was written; the message says what is wrong with it."""


class FileChanged(Exception):
    """A file became shorter while it was read; the message is its path."""


class ArchiveWriter:
    """Writes the members of an archive and remembers their checksums."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._sums: dict[str, str] = {}

    @property
    def files(self) -> int:
        """The number of members so far."""
        return len(self._sums)

    def add_bytes(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))
        self._sums[name] = hashlib.sha256(content).hexdigest()

    def add_file(self, name: str, path: Path) -> None:
        """Add a file as it is now; what is appended later stays out. Raises OSError, FileChanged."""
        with path.open("rb") as file:
            state, member = os.fstat(file.fileno()), tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = state.st_size, state.st_mode & 0o777, int(state.st_mtime)
            hashing = _Hashing(file)
            try:
                self._tar.addfile(member, hashing)
            except OSError as error:
                if hashing.has_ended:
                    raise FileChanged(str(path)) from error
                raise
        self._sums[name] = hashing.sum.hexdigest()

    def add_folder(self, name: str, folder: Path) -> None:
        """Add the files in a folder, hidden ones left out, and look again for those that came or moved meanwhile.

        A file that is gone when its turn comes is left out. Raises OSError, FileChanged.
        """
        for _ in range(MOST_ROUNDS):
            fresh = [path for path in _files_in(folder) if _member(name, folder, path) not in self._sums]
            for path in fresh:
                try:
                    self.add_file(_member(name, folder, path), path)
                except FileNotFoundError:
                    continue
            if not fresh:
                return

    def close(self) -> None:
        """Add the list of checksums, which makes the archive whole."""
        self.add_bytes(SUMS, _listed(self._sums))


class _Hashing(io.RawIOBase):
    """A file that is read once, with the checksum of what was read."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self.sum = hashlib.sha256()
        self.has_ended = False

    def read(self, size: int = -1, /) -> bytes:
        piece = self._file.read(size)
        self.has_ended = len(piece) < size
        self.sum.update(piece)
        return piece


@contextmanager
def writing(target: Path, scratch_name: str) -> Iterator[tuple[ArchiveWriter, Path]]:
    """Write an archive that has its name only once it is whole and on the disk.

    Gives the writer, and the path of a file beside it that goes with the end. Raises OSError; FileExistsError when
    there is a file with the target's name.
    """
    if os.path.lexists(target):
        raise FileExistsError(target)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        partial = Path(folder) / target.name
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writer = ArchiveWriter(tar)
                yield writer, Path(folder) / scratch_name
                writer.close()
            file.flush()
            os.fsync(file.fileno())
        if os.path.lexists(target):
            raise FileExistsError(target)
        partial.rename(target)
    settle(target.parent)


def read_manifest(archive: Path) -> bytes:
    """The manifest, which is the first member. Raises ArchiveDamaged, OSError."""
    with _reading(archive) as tar:
        first = tar.next()
        if first is None or first.name != MANIFEST or not first.isreg() or first.size > MOST_MANIFEST_BYTES:
            raise ArchiveDamaged("it is no backup of Plenary")
        content = tar.extractfile(first)
        return content.read() if content else b""


def unpack(archive: Path, folder: Path, files: frozenset[str], folders: frozenset[str]) -> None:
    """Write the members into an empty folder and compare their checksums.

    `files` are the names that may stand at the top, `folders` the folders. Raises ArchiveDamaged, and then the folder
    may hold a part; OSError.
    """
    sums: dict[str, str] = {}
    listed: bytes | None = None
    with _reading(archive) as tar:
        for member in tar:
            if listed is not None:
                raise ArchiveDamaged(f"there is something after its end: {member.name!r}")
            if member.name in sums:
                raise ArchiveDamaged(f"{member.name!r} is in it twice")
            path = folder / _safe(member, files | {MANIFEST, SUMS}, folders)
            sums[member.name] = _write(tar, member, path)
            if member.name == SUMS:
                listed = path.read_bytes()
    if listed is None:
        raise ArchiveDamaged("it ends too early")
    del sums[SUMS]
    if listed != _listed(sums):
        raise ArchiveDamaged("its files are not those of its checksums")


@contextmanager
def _reading(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive, "r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise ArchiveDamaged(str(error)) from error


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> str:
    """Write a member as a new file; its checksum."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content, found = tar.extractfile(member), hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := content.read(PIECE_BYTES) if content else b"":
            found.update(piece)
            file.write(piece)
    path.chmod(member.mode & READABLE | 0o600)
    if member.mtime:
        os.utime(path, (member.mtime, member.mtime))
    return found.hexdigest()


def _safe(member: tarfile.TarInfo, files: frozenset[str], folders: frozenset[str]) -> PurePosixPath:
    """The path of a member inside the folder. Raises ArchiveDamaged for one that leads out of it, and for a link."""
    top, *rest = member.name.split("/")
    is_plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
    is_inside = (top in folders and rest) or (member.name in files)
    if not is_plain or not is_inside or any(part in ("", ".", "..") for part in rest):
        raise ArchiveDamaged(f"{member.name!r} has no place in a backup")
    return PurePosixPath(member.name)


def _files_in(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = (Path(parent) / name for name in sorted(names) if not name.startswith("."))
        yield from (path for path in paths if path.is_file() and not path.is_symlink())


def _member(name: str, folder: Path, path: Path) -> str:
    return str(PurePosixPath(name, path.relative_to(folder)))


def _listed(sums: dict[str, str]) -> bytes:
    return "".join(f"{checksum}  {name}\n" for name, checksum in sums.items()).encode()


def remove(folder: Path) -> None:
    """Delete a folder, which may be missing. Raises OSError."""
    if folder.exists():
        shutil.rmtree(folder)
