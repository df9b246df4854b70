"""A recording's captions on disk: checked, then written whole and cut like its pictures."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rooms.durable import settle, write_file
from rooms.playback import stage_captions
from rooms.playback.film_index import CAPTIONS_NAME, INDEX_NAME, Rendition, Segment
from rooms.playback.webvtt import Cue, NotWebVTT, read_webvtt, write_webvtt
from server.playback.airings import SentSource

VERSION_DIGITS = 12
"""The digits of a version in a segment's address: corrected captions are different files for every cache."""
SLACK_S = 2.0
"""The time after the film's end by which the last caption must have begun."""


def check(text: str, length_s: float) -> list[Cue]:
    """The cues of a WebVTT file for a film of this length. Raises NotWebVTT with a sentence that says what to do."""
    cues = read_webvtt(text)
    if not cues:
        raise NotWebVTT("There is no caption in this file.")
    if cues[-1].begins_s > length_s + SLACK_S:
        minutes, seconds = divmod(int(length_s), 60)
        raise NotWebVTT(f"The last caption begins after the end, {minutes}:{seconds:02}. Is it the right file?")
    return cues


def read(directory: Path) -> str:
    """The captions as WebVTT; without cues where there are none."""
    try:
        return (directory / CAPTIONS_NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return write_webvtt([])


def write(directory: Path, source: SentSource, cues: Sequence[Cue]) -> None:
    """Replace the captions of the source in a directory: the whole file, its segments and the index."""
    write_file(directory / CAPTIONS_NAME, write_webvtt(cues).encode())
    segments = []
    for number, (seconds, text) in enumerate(source.caption_segments(cues)):
        segments.append(Segment(stage_captions.segment_name(number), seconds))
        write_file(directory / segments[-1].name, text.encode())
    version = hashlib.sha256(write_webvtt(cues).encode()).hexdigest()[:VERSION_DIGITS]
    index = replace(source.film, captions=Rendition(tuple(segments), version=version))
    write_file(directory / INDEX_NAME, json.dumps(index.to_json(), indent=1).encode())
    settle(directory)
