"""Makes the captions of a title-card film from the words of its cards."""

import textwrap
from collections.abc import Iterable

from rooms.media.films.spec import Card
from rooms.playback.webvtt import Cue

LINE_LENGTH = 42
LINES = 2


def cues_of(cards: Iterable[Card]) -> list[Cue]:
    """Split the cards' words into cues of two short lines, each shown in proportion to its letters."""
    cues: list[Cue] = []
    begins_s = 0.0
    for card in cards:
        lines = _even_lines(card.text)
        parts = ["\n".join(lines[i : i + LINES]) for i in range(0, len(lines), LINES)]
        letters = sum(map(len, parts))
        for part in parts:
            ends_s = begins_s + card.seconds * len(part) / letters
            cues.append(Cue(begins_s, ends_s, part))
            begins_s = ends_s
    return cues


def _even_lines(text: str) -> list[str]:
    """Wrap a text into the fewest cues that hold it, and into lines as even as possible."""
    needed = len(textwrap.wrap(text, LINE_LENGTH))
    most = needed if needed <= LINES else -(-needed // LINES) * LINES
    lines = (textwrap.wrap(text, width) for width in range(len(text) // most, LINE_LENGTH + 1))
    return next(wrapped for wrapped in lines if len(wrapped) <= most)
