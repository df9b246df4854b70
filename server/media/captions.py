"""A film's captions on disk: checked, written whole and cut like its pictures, and where they come from."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from rooms.durable import settle, write_file
from rooms.film_index import CAPTIONS_NAME, INDEX_NAME, FilmIndex, Rendition, Segment
from rooms.webvtt import Cue, NotWebVTT, cut, read_webvtt, write_webvtt

VERSION_DIGITS = 12
"""In the addresses of the segments: captions that were corrected are other files for every cache."""
SLACK_S = 2.0
"""How far the last caption may stand over the film's end."""


class SpeechToText(Protocol):
    """What writes down what is said in a film. Plenary brings none of its own; an installation can."""

    async def transcribe(self, sound: Path, language: str) -> Sequence[Cue]:
        """The cues of a sound file in a language (BCP 47), seconds from its start."""


def check(text: str, duration_s: float) -> list[Cue]:
    """The cues of a WebVTT file for a film so long. Raises NotWebVTT with a sentence that says what to do."""
    cues = read_webvtt(text)
    if not cues:
        raise NotWebVTT("There is no caption in this file.")
    if cues[-1].start > duration_s + SLACK_S:
        minutes, seconds = divmod(int(duration_s), 60)
        raise NotWebVTT(f"The last caption begins after the film’s end, {minutes}:{seconds:02}. Is it the right file?")
    return cues


def read(directory: Path) -> str:
    """The captions as a WebVTT file; one without cues where there are none."""
    try:
        return (directory / CAPTIONS_NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return write_webvtt([])


def write(directory: Path, film: FilmIndex, cues: Sequence[Cue]) -> None:
    """Give a packaged film these captions, in place of those that it had."""
    write_file(directory / CAPTIONS_NAME, write_webvtt(cues).encode())
    ends = [0.0, *(end.total_seconds() for end in film.ends)]
    stretches = list(pairwise(ends))
    segments = []
    for number, (text, (begin, end)) in enumerate(zip(cut(cues, stretches), stretches, strict=True)):
        segments.append(Segment(f"c-{number}.vtt", end - begin))
        write_file(directory / segments[-1].name, text.encode())
    version = hashlib.sha256(write_webvtt(cues).encode()).hexdigest()[:VERSION_DIGITS]
    index = replace(film, captions=Rendition(tuple(segments), version=version))
    write_file(directory / INDEX_NAME, json.dumps(index.to_json(), indent=1).encode())
    settle(directory)
