"""Answers from memory: right versions, bounded, compressed once."""

import gzip
from pathlib import Path

import pytest

from server.playback.prepared import MOST, FileShelf, Shelf, prepare


def test_a_version_is_made_once() -> None:
    shelf, made = Shelf(), []

    def make() -> object:
        made.append(1)
        return prepare("words", "text/plain")

    assert shelf.get("one", make) is shelf.get("one", make)
    shelf.get("two", make)
    assert len(made) == 2


def test_the_version_asked_for_longest_ago_makes_room() -> None:
    shelf = Shelf()
    kept = shelf.get(0, lambda: prepare("first", "text/plain"))
    for version in range(1, MOST):
        shelf.get(version, lambda: prepare("other", "text/plain"))
    assert shelf.get(0, lambda: prepare("anew", "text/plain")) is kept
    shelf.get(MOST, lambda: prepare("other", "text/plain"))
    assert shelf.get(0, lambda: prepare("anew", "text/plain")) is kept
    assert shelf.get(1, lambda: prepare("anew", "text/plain")).body == b"anew"


def test_the_tag_names_the_text_and_short_texts_stay_plain() -> None:
    long = prepare("line\n" * 100, "text/plain")
    assert long.compressed is not None
    assert gzip.decompress(long.compressed) == long.body
    assert prepare("line\n" * 100, "text/plain") == long
    assert prepare("short", "text/plain").compressed is None
    assert prepare("short", "text/plain").etag != long.etag


async def test_files_are_kept_up_to_a_bound_and_read_anew_when_they_change(tmp_path: Path) -> None:
    shelf = FileShelf(most_bytes=10)
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"123456")
    two.write_bytes(b"abcdef")
    first = await shelf.read(one)
    assert await shelf.read(one) is first
    await shelf.read(two)
    assert shelf.bytes == 6
    assert await shelf.read(one) is not first
    one.unlink()
    with pytest.raises(FileNotFoundError):
        await shelf.read(one)
