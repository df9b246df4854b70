"""Finding recordings by words: in their titles, speakers, tracks, abstracts and captions. Pure.

A word is found whatever its case and accents, and wherever it stands in another word.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.recordings.transcripts import TranscriptLine

MOST_LINES = 3
"""How many places in the captions are shown of one recording."""


class Match(NamedTuple):
    """That a recording was found, and what in its captions answers: nothing where only its description does."""

    lines: Sequence[TranscriptLine] = ()


def fold(text: str) -> str:
    """The text without case and accents (Unicode NFKD without combining marks): Größe, GROSSE and grösse are one."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def words_of(asked: str) -> list[str]:
    return fold(asked).split()


def match(words: Sequence[str], known: Iterable[str], transcript: Sequence[TranscriptLine]) -> Match | None:
    """Whether every word is somewhere in what is known or was said; None when one is nowhere."""
    described = fold(" ".join(known))
    said = [(line, fold(line.text)) for line in transcript]
    if not all(word in described or any(word in text for _, text in said) for word in words):
        return None
    counted = [(sum(word in text for word in words), line) for line, text in said]
    best = sorted((each for each in counted if each[0]), key=lambda each: -each[0])[:MOST_LINES]
    return Match(sorted(line for _, line in best))
