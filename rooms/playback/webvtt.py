"""WebVTT (W3C): captions are read, checked and written, whole or cut into segments for HLS. No I/O."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MAPPED_S, MPEG_HZ = 10, 90_000
"""The second that a segment maps to its timestamp (RFC 8216, 3.5). It is the tenth and not zero, because hls.js takes a
map of zero onto zero for a missing one and then dates the captions from the moment of joining."""
TIME = r"(?:(\d{1,4}):)?(\d{2}):(\d{2})\.(\d{3})"
TIMES = re.compile(rf"{TIME}\s+-->\s+{TIME}")
SUBRIP = re.compile(r"(?:\d+:)?\d{2}:\d{2},\d{3}\s+-->")
TAG = re.compile(r"<[^>]*>")
NOT_CUES = ("NOTE", "STYLE", "REGION")


class NotWebVTT(ValueError):
    """The text is no WebVTT file; the message says in a sentence what is wrong, and in which line."""


class Cue(NamedTuple):
    """Words on the picture from `begins_s` to `ends_s`, film seconds."""

    begins_s: float
    ends_s: float
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
        if cue and cues and cue.begins_s < cues[-1].begins_s:
            raise NotWebVTT(f"Line {begins + 1}: this caption begins before the one above it.")
        cues += [cue] if cue else []
        number += 1
    return cues


def end_s_of(line: str) -> float | None:
    """The second at which a caption ends, from the line with its times; None for any other line."""
    times = TIMES.match(line.strip())
    return _seconds(*times.groups()[4:]) if times else None


def write_webvtt(cues: Iterable[Cue], header: str = "") -> str:
    blocks = [f"WEBVTT\n{header}".rstrip()]
    blocks += [f"{_time(cue.begins_s)} --> {_time(cue.ends_s)}\n{html.escape(cue.text, quote=False)}" for cue in cues]
    return "\n\n".join(blocks) + "\n"


def cut(cues: Sequence[Cue], bounds_s: Sequence[tuple[float, float]]) -> list[str]:
    """A WebVTT segment for each stretch of the film; a cue that lies in two stretches stands in both."""
    return [segment(cues, begins_s, ends_s) for begins_s, ends_s in bounds_s]


def segment(cues: Iterable[Cue], begins_s: float, ends_s: float, zero_s: float = 0.0) -> str:
    """The cues of one stretch; `zero_s` is the film second that has the timestamp 0 there."""
    header = f"X-TIMESTAMP-MAP=LOCAL:{_time(zero_s + MAPPED_S)},MPEGTS:{MAPPED_S * MPEG_HZ}"
    return write_webvtt((cue for cue in cues if cue.begins_s < ends_s and cue.ends_s > begins_s), header)


def _other_file(text: str) -> str:
    if SUBRIP.search(text):
        return "This is a SubRip file (.srt). Please save it as WebVTT (.vtt) and send that."
    return "A WebVTT file begins with the word WEBVTT in its first line."


def _cue(block: Sequence[str], line: int) -> Cue | None:
    """The cue of a block that begins in this line; None for comments, styles and the lines below the header."""
    if not block or block[0].startswith(NOT_CUES):
        return None
    for number, text in enumerate(block[:2]):
        if "-->" in text:
            times = TIMES.match(text.strip())
            if times is None:
                raise NotWebVTT(f"Line {line + number}: the times are written like 00:01:02.500 --> 00:01:05.000.")
            begins_s, ends_s = _seconds(*times.groups()[:4]), _seconds(*times.groups()[4:])
            if ends_s <= begins_s:
                raise NotWebVTT(f"Line {line + number}: this caption ends before it begins.")
            words = html.unescape(TAG.sub("", "\n".join(block[number + 1 :]))).strip()
            return Cue(begins_s, ends_s, words) if words else None
    return None


def _time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _seconds(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(milliseconds) / 1000
