"""Finds recordings by words: in their titles, speakers, tracks, abstracts and captions. Pure.

Case and accents do not matter, and a word is found within a longer word too.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.recordings.transcripts import TranscriptLine

MOST_LINES = 3
"""The most lines of the captions that are shown of one recording."""


class Match(NamedTuple):
    """A recording that was found, with the lines of its captions that match; none when only its description does."""

    lines: Sequence[TranscriptLine] = ()


def fold(text: str) -> str:
    """The text without case and accents (Unicode NFKD without combining marks): Größe, GROSSE and grösse are one."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def words_of(asked: str) -> list[str]:
    """The words to look for, folded."""
    return fold(asked).split()


def match(words: Sequence[str], known: Iterable[str], transcript: Sequence[TranscriptLine]) -> Match | None:
    """The match of a recording whose description and captions together have every word; None when a word is missing."""
    described = fold(" ".join(known))
    said = [(line, fold(line.text)) for line in transcript]
    if not all(word in described or any(word in text for _, text in said) for word in words):
        return None
    counted = [(sum(word in text for word in words), line) for line, text in said]
    best = sorted((each for each in counted if each[0]), key=lambda each: -each[0])[:MOST_LINES]
    return Match(sorted(line for _, line in best))
