"""Captions in time: read and written as WebVTT, whole or cut into the segments that HLS wants."""

import html
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rooms.media.spec import Card

LINE_LENGTH = 42
LINES = 2
TIMESTAMP_MAP = "X-TIMESTAMP-MAP=LOCAL:00:00:10.000,MPEGTS:900000"
"""Caption time is film time (RFC 8216, 3.5). Said of the tenth second and not of the first, because hls.js takes a
map of zero onto zero for a missing one and dates the captions from the moment of joining."""
TIMES = re.compile(r"(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3})\s+-->\s+(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3})")


class Cue(NamedTuple):
    """Words on the picture from `start` to `end`, seconds from the film's start."""

    start: float
    end: float
    text: str


def cues_of(cards: Iterable[Card]) -> list[Cue]:
    """The words of the cards, two short lines at a time, each as long as its share of the card's words."""
    cues: list[Cue] = []
    begins = 0.0
    for card in cards:
        lines = _even_lines(card.text)
        parts = ["\n".join(lines[i : i + LINES]) for i in range(0, len(lines), LINES)]
        letters = sum(map(len, parts))
        for part in parts:
            ends = begins + card.seconds * len(part) / letters
            cues.append(Cue(begins, ends, part))
            begins = ends
    return cues


def _even_lines(text: str) -> list[str]:
    """The text in as few cues as hold it, and in lines as even as they can be."""
    needed = len(textwrap.wrap(text, LINE_LENGTH))
    most = needed if needed <= LINES else -(-needed // LINES) * LINES
    lines = (textwrap.wrap(text, width) for width in range(len(text) // most, LINE_LENGTH + 1))
    return next(wrapped for wrapped in lines if len(wrapped) <= most)


def write_webvtt(cues: Iterable[Cue], header: str = "") -> str:
    blocks = [f"WEBVTT\n{header}".rstrip()]
    blocks += [f"{_time(cue.start)} --> {_time(cue.end)}\n{html.escape(cue.text, quote=False)}" for cue in cues]
    return "\n\n".join(blocks) + "\n"


def read_webvtt(text: str) -> list[Cue]:
    """The cues of a WebVTT file, without their identifiers, settings and styles. Raises ValueError for another file."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", text):
        raise ValueError("a WebVTT file begins with the word WEBVTT")
    cues = []
    for block in re.split(r"\n{2,}", text):
        lines = block.strip().split("\n")
        for number, line in enumerate(lines[:2]):
            if times := TIMES.match(line):
                start, end = _seconds(*times.groups()[:4]), _seconds(*times.groups()[4:])
                words = html.unescape(re.sub(r"<[^>]*>", "", "\n".join(lines[number + 1 :])))
                cues.append(Cue(start, end, words))
                break
    return cues


def cut(cues: Sequence[Cue], bounds: Sequence[tuple[float, float]]) -> list[str]:
    """A WebVTT segment for each stretch of the film; a cue that lies in two stretches stands in both."""
    stretches = ([cue for cue in cues if cue.start < end and cue.end > start] for start, end in bounds)
    return [write_webvtt(stretch, TIMESTAMP_MAP) for stretch in stretches]


def _time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _seconds(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(milliseconds) / 1000
