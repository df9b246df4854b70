"""WebVTT (W3C): captions read, checked and written, whole or cut into the segments that HLS wants. No I/O."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MAPPED_S, MPEG_HZ = 10, 90_000
"""The second of which a segment says what its timestamp is (RFC 8216, 3.5): the tenth and not the first, because hls.js
takes a map of zero onto zero for a missing one and dates the captions from the moment of joining."""
TIME = r"(?:(\d{1,4}):)?(\d{2}):(\d{2})\.(\d{3})"
TIMES = re.compile(rf"{TIME}\s+-->\s+{TIME}")
SUBRIP = re.compile(r"(?:\d+:)?\d{2}:\d{2},\d{3}\s+-->")
TAG = re.compile(r"<[^>]*>")
NOT_CUES = ("NOTE", "STYLE", "REGION")


class NotWebVTT(ValueError):
    """A text that is no WebVTT file; says in a sentence what is wrong, and in which line."""


class Cue(NamedTuple):
    """Words on the picture from `start` to `end`, seconds from the film's start."""

    start: float
    end: float
    text: str


def read_webvtt(text: str) -> list[Cue]:
    """The cues of a WebVTT file in order, without their identifiers, settings and styles. Raises NotWebVTT."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        raise NotWebVTT(_other_file(text))
    cues: list[Cue] = []
    number = 1
    while number < len(lines):
        begins = number
        while number < len(lines) and lines[number].strip():
            number += 1
        cue = _cue(lines[begins:number], begins + 1)
        if cue and cues and cue.start < cues[-1].start:
            raise NotWebVTT(f"Line {begins + 1}: this caption begins before the one above it.")
        cues += [cue] if cue else []
        number += 1
    return cues


def ends_at(line: str) -> float | None:
    """The second at which the caption ends whose times this line says; None for any other line."""
    times = TIMES.match(line.strip())
    return _seconds(*times.groups()[4:]) if times else None


def write_webvtt(cues: Iterable[Cue], header: str = "") -> str:
    blocks = [f"WEBVTT\n{header}".rstrip()]
    blocks += [f"{_time(cue.start)} --> {_time(cue.end)}\n{html.escape(cue.text, quote=False)}" for cue in cues]
    return "\n\n".join(blocks) + "\n"


def cut(cues: Sequence[Cue], bounds: Sequence[tuple[float, float]]) -> list[str]:
    """A WebVTT segment for each stretch of the film; a cue that lies in two stretches stands in both."""
    return [segment(cues, start, end) for start, end in bounds]


def segment(cues: Iterable[Cue], start: float, end: float, zero: float = 0.0) -> str:
    """The cues of one stretch; `zero` is the second of the film that has the timestamp 0 there."""
    header = f"X-TIMESTAMP-MAP=LOCAL:{_time(zero + MAPPED_S)},MPEGTS:{MAPPED_S * MPEG_HZ}"
    return write_webvtt((cue for cue in cues if cue.start < end and cue.end > start), header)


def _other_file(text: str) -> str:
    if SUBRIP.search(text):
        return "This is a SubRip file (.srt). Please save it as WebVTT (.vtt) and send that."
    return "A WebVTT file begins with the word WEBVTT in its first line."


def _cue(block: Sequence[str], line: int) -> Cue | None:
    """The cue of a block, which begins in that line; None for comments, styles and what stands below the header."""
    if not block or block[0].startswith(NOT_CUES):
        return None
    for number, text in enumerate(block[:2]):
        if "-->" in text:
            times = TIMES.match(text.strip())
            if times is None:
                raise NotWebVTT(f"Line {line + number}: the times are written like 00:01:02.500 --> 00:01:05.000.")
            start, end = _seconds(*times.groups()[:4]), _seconds(*times.groups()[4:])
            if end <= start:
                raise NotWebVTT(f"Line {line + number}: this caption ends before it begins.")
            words = html.unescape(TAG.sub("", "\n".join(block[number + 1 :]))).strip()
            return Cue(start, end, words) if words else None
    return None


def _time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _seconds(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(milliseconds) / 1000
