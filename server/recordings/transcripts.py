"""A film's captions as a transcript to read: WebVTT cues, joined into lines that begin at a film second."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rooms.playback.webvtt import Cue, NotWebVTT, read_webvtt

ENDS_SENTENCE = (".", "!", "?", "…", "”")
LONGEST = 320
"""The characters after which a line ends at its next cue, even within a sentence."""


class TranscriptLine(NamedTuple):
    """Words, and the second at which they begin: a film second, unless another count is said."""

    begins_s: float
    text: str


def read_transcript(path: Path) -> tuple[TranscriptLine, ...]:
    """The transcript of a captions file, read once for each version; empty when there is none."""
    try:
        return _transcript(path, path.stat().st_mtime_ns)
    except (FileNotFoundError, NotWebVTT):
        return ()


@lru_cache(maxsize=256)
def _transcript(path: Path, _changed_ns: int) -> tuple[TranscriptLine, ...]:
    return tuple(transcript(read_webvtt(path.read_text(encoding="utf-8"))))


def transcript(cues: Iterable[Cue]) -> list[TranscriptLine]:
    """Join cues into lines, each up to the end of a sentence."""
    lines: list[TranscriptLine] = []
    is_open = False
    for cue in cues:
        text = " ".join(cue.text.split())
        if is_open and len(lines[-1].text) < LONGEST:
            lines[-1] = TranscriptLine(lines[-1].begins_s, f"{lines[-1].text} {text}")
        else:
            lines.append(TranscriptLine(cue.begins_s, text))
        is_open = not text.endswith(ENDS_SENTENCE)
    return lines
