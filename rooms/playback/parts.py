"""Parts: pieces of the newest segments of a low-latency stage (low-latency HLS, RFC 8216bis, 4.4.4.9). No I/O.

The parts of a segment are listed while the segment is still being filled. They are not the record, which the segment
is: a part is not flushed to the disk, and is removed once its segment is a few segments old.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

PART_S = 0.4
"""The longest that a part is, unless a single picture is longer."""
LEAST_PART_S = 0.85 * PART_S
"""The shortest that a part is, but for the last one of a segment (4.4.4.9)."""
HOLD_BACK_S = 3 * PART_S
"""The distance from the live edge at which a player should play (4.4.3.8)."""
LISTED_SEGMENTS = 3
"""The number of complete segments whose parts are listed."""
KEPT_SEGMENTS = 8
"""The number of segments whose parts are kept: a player that stalled fetches parts from the playlist that it has."""
NAME = re.compile(r"(?P<letter>[a-z])-(?P<segment>\d{1,6})\.(?P<number>\d{1,3})\.m4s")


class Part(NamedTuple):
    """A part of one rendition.

    `is_independent` says that it begins with a keyframe; `begins_at` dates the first part of a run.
    """

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
        """The initialisation segment of its run; the run may have no complete segment yet."""
        return f"{self.name[0]}-{self.run}.mp4"


def part_name(letter: str, segment: int, number: int) -> str:
    return f"{letter}-{segment}.{number}.m4s"


def segment_of(name: str) -> int | None:
    """The number of a part's segment; None for the name of anything else."""
    found = NAME.fullmatch(name)
    return int(found["segment"]) if found else None


def list_name(rendition: str) -> str:
    """The name of the file that lists the parts of a rendition."""
    return f"{rendition}.parts.json"


def write(parts: Iterable[Part]) -> bytes:
    return msgspec.json.encode(list(parts))


def read(content: bytes) -> list[Part]:
    """The parts that `write` wrote. Raises msgspec.DecodeError for anything else."""
    return msgspec.json.decode(content, type=list[Part])
