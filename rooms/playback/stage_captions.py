"""The captions of a recording from a stage, cut where its pictures are cut. No I/O.

Their times are film seconds (see `rooms.playback.cuts`). The timestamps of each run begin at zero, so every segment
tells the film second of that zero.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from rooms.errors import NoSuchSegment
from rooms.playback.playlists import Entry, media_playlist
from rooms.playback.recording import TARGET_S, Recording
from rooms.playback.webvtt import Cue, segment

NAME = re.compile(r"c-(?P<number>\d{1,6})\.vtt")


def segment_name(number: int) -> str:
    return f"c-{number}.vtt"


def cut(cues: Sequence[Cue], whole: Recording) -> list[tuple[float, str]]:
    """The captions of everything that was sent: the seconds of each segment, and its WebVTT."""
    segments, begins_s = [], 0.0
    for _, run in groupby(whole.journals["video"].listed, key=lambda each: each.run):
        zero_s = begins_s
        for each in run:
            segments.append((each.seconds, segment(cues, begins_s, begins_s + each.seconds, zero_s)))
            begins_s += each.seconds
    return segments


def playlist(kept: Recording, base: str, *, delta: bool = False) -> str:
    """The media playlist of a recording's captions; `base` goes before every name. Raises NoSuchSegment."""
    captions, pictures = kept.film.captions, kept.journals["video"]
    if captions is None:
        raise NoSuchSegment("captions")
    runs = [0, *(each.run for each in pictures.listed)]
    entries = [
        Entry(
            uri=f"{base}{segment_name(number)}?v={captions.version}",
            seconds=each.seconds,
            begins_at=each.begins_at,
            discontinuities=each.run - before,
        )
        for number, each, before in zip(pictures.numbers, pictures.listed, runs, strict=False)
    ]
    longest_s = max((each.seconds for each in pictures.listed), default=0)
    return media_playlist(entries, init=None, longest_s=max(longest_s, TARGET_S), ended=pictures.is_over, delta=delta)


def lists(kept: Recording, name: str) -> bool:
    """True for the name of a segment of this recording's captions."""
    found = NAME.fullmatch(name)
    return (
        kept.film.captions is not None
        and found is not None
        and name == segment_name(int(found["number"]))
        and int(found["number"]) in kept.journals["video"].numbers
    )
