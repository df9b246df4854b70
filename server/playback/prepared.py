"""Answers that many clients ask for again and again: made and compressed once, then served from memory."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

COMPRESSION = 6
SMALLEST_COMPRESSED = 200
"""Bytes; a shorter body is not worth compressing."""
MOST = 512
"""The most answers kept; the one that was asked for longest ago makes room."""

PARTS_BYTES = 16_000_000
"""The size of the parts' own shelf: each player asks once for a part, and parts would push segments out of theirs."""


@dataclass(frozen=True)
class Prepared:
    """A body, plain and compressed, with the tag that tells its versions apart."""

    body: bytes
    compressed: bytes | None
    etag: str
    media_type: str

    def answer(self, request: Request, cache_control: str) -> Response:
        """The body in a form that the client accepts, or 304 when the client has it."""
        headers = {"etag": self.etag, "cache-control": cache_control, "vary": "accept-encoding"}
        if self.etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        if self.compressed is None or "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.body, media_type=self.media_type, headers=headers)
        return Response(self.compressed, media_type=self.media_type, headers={**headers, "content-encoding": "gzip"})


def prepare(text: str, media_type: str) -> Prepared:
    """An answer with this text. Its tag is weak (RFC 9110, 8.8.1): it names the text, compressed or not."""
    body = text.encode()
    compressed = gzip.compress(body, COMPRESSION, mtime=0) if len(body) >= SMALLEST_COMPRESSED else None
    return Prepared(body, compressed, f'W/"{hashlib.sha256(body).hexdigest()[:20]}"', media_type)


class Shelf:
    """Prepared answers by the version of their content."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Prepared] = OrderedDict()

    def get(self, version: Hashable, make: Callable[[], Prepared]) -> Prepared:
        """The answer of this version, made if it is not kept yet."""
        prepared = self._kept.get(version)
        if prepared is None:
            prepared = self._kept[version] = make()
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(version)
        return prepared


class FileShelf:
    """The files that were asked for last, in memory: all live viewers ask for the same ones at once."""

    def __init__(self, most_bytes: int = 64_000_000) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._kept: OrderedDict[tuple[Path, int], bytes] = OrderedDict()

    async def read(self, path: Path) -> bytes:
        """A file's content. Raises FileNotFoundError."""
        version = _version(path)
        content = self._kept.get(version)
        if content is None:
            content = await anyio.to_thread.run_sync(path.read_bytes)
            self._keep(version, content)
        else:
            self._kept.move_to_end(version)
        return content

    def _keep(self, version: tuple[Path, int], content: bytes) -> None:
        if version not in self._kept:
            self._kept[version] = content
            self.bytes += len(content)
        while self.bytes > self.most_bytes:
            _, dropped = self._kept.popitem(last=False)
            self.bytes -= len(dropped)


def _version(path: Path) -> tuple[Path, int]:
    """A path and its modification time; read without a thread, which would take longer than the stat itself."""
    return path, path.stat().st_mtime_ns
