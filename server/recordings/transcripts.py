"""A film's captions as a transcript to read: WebVTT cues joined into lines with the second at which each begins."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rooms.playback.webvtt import Cue, NotWebVTT, read_webvtt

ENDS_SENTENCE = (".", "!", "?", "…", "”")
LONGEST = 320
"""Characters of a line that is not ended by a sentence."""


class TranscriptLine(NamedTuple):
    """What was said from a second of the film on."""

    start: float
    text: str


def read_transcript(path: Path) -> tuple[TranscriptLine, ...]:
    """The transcript of a captions file, read once for each of its versions; empty when there is none."""
    try:
        return _transcript(path, path.stat().st_mtime_ns)
    except (FileNotFoundError, NotWebVTT):
        return ()


@lru_cache(maxsize=256)
def _transcript(path: Path, _changed_ns: int) -> tuple[TranscriptLine, ...]:
    return tuple(transcript(read_webvtt(path.read_text(encoding="utf-8"))))


def transcript(cues: Iterable[Cue]) -> list[TranscriptLine]:
    """Cues joined until a sentence ends."""
    lines: list[TranscriptLine] = []
    is_open = False
    for cue in cues:
        text = " ".join(cue.text.split())
        if is_open and len(lines[-1].text) < LONGEST:
            lines[-1] = TranscriptLine(lines[-1].start, f"{lines[-1].text} {text}")
        else:
            lines.append(TranscriptLine(cue.start, text))
        is_open = not text.endswith(ENDS_SENTENCE)
    return lines
