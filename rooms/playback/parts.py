"""The parts of the newest segments of a stage that is to be seen soon (RFC 8216bis, 4.4.4.9: low-latency HLS). No I/O.

A part is a beginning of what its segment will hold. It is not a record: the segment that follows is, so a part is
neither flushed to the disk nor kept once its segment is a few segments old.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

PART_S = 0.4
"""No part is longer, unless one picture is."""
LEAST_PART_S = 0.85 * PART_S
"""All but the last of a segment are so long at least (4.4.4.9)."""
HOLD_BACK_S = 3 * PART_S
"""How far from the end a player should stay (4.4.3.8)."""
LISTED_SEGMENTS = 3
"""Of so many complete segments the parts are listed."""
KEPT_SEGMENTS = 8
"""Of so many they are kept: a player that stood still fetches what was listed when it last looked."""
NAME = re.compile(r"(?P<letter>[a-z])-(?P<segment>\d{1,6})\.(?P<number>\d{1,3})\.m4s")


class Part(NamedTuple):
    """A part of one rendition: seconds, whether it begins with a keyframe, its run, and the date of a run's first."""

    name: str
    seconds: float
    is_independent: bool
    run: int
    begins_at: datetime | None = None

    @property
    def segment(self) -> int:
        """The number of the segment that it is a part of."""
        return segment_of(self.name) or 0

    @property
    def init(self) -> str:
        """The initialisation segment of its run, which may have no other segment yet."""
        return f"{self.name[0]}-{self.run}.mp4"


def part_name(letter: str, segment: int, number: int) -> str:
    return f"{letter}-{segment}.{number}.m4s"


def segment_of(name: str) -> int | None:
    """The number of a part's segment; None for the name of anything else."""
    found = NAME.fullmatch(name)
    return int(found["segment"]) if found else None


def list_name(rendition: str) -> str:
    """The file in which the parts of a rendition are listed."""
    return f"{rendition}.parts.json"


def write(parts: Iterable[Part]) -> bytes:
    return msgspec.json.encode(list(parts))


def read(content: bytes) -> list[Part]:
    """The parts that `write` wrote. Raises msgspec.DecodeError for anything else."""
    return msgspec.json.decode(content, type=list[Part])
