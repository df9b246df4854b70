"""A film's captions as a transcript to read: WebVTT cues joined into lines with the second at which each begins."""

import re
from html import unescape
from pathlib import Path
from typing import NamedTuple

ARROW = re.compile(r"(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})\s+-->")
TAG = re.compile(r"<[^>]*>")
ENDS_SENTENCE = (".", "!", "?", "…", "”")
LONGEST = 320
"""Characters of a line that is not ended by a sentence."""


class Line(NamedTuple):
    """What was said from a second of the film on."""

    start: float
    text: str


def read_transcript(path: Path) -> list[Line]:
    """The transcript of a captions file; empty when there is none."""
    try:
        return transcript(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []


def transcript(captions: str) -> list[Line]:
    """Cues joined until a sentence ends."""
    lines: list[Line] = []
    is_open = False
    for start, text in cues(captions):
        if is_open and len(lines[-1].text) < LONGEST:
            lines[-1] = Line(lines[-1].start, f"{lines[-1].text} {text}")
        else:
            lines.append(Line(start, text))
        is_open = not text.endswith(ENDS_SENTENCE)
    return lines


def cues(captions: str) -> list[tuple[float, str]]:
    """When each cue begins, seconds, and its words without markup."""
    found = []
    for block in captions.replace("\r\n", "\n").split("\n\n"):
        timing = ARROW.search(block)
        if timing:
            hours, minutes, seconds, thousandths = (int(part or 0) for part in timing.groups())
            words = block[timing.end() :].partition("\n")[2]
            text = " ".join(unescape(TAG.sub("", words)).split())
            if text:
                found.append((hours * 3600 + minutes * 60 + seconds + thousandths / 1000, text))
    return found
