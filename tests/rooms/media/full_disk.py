"""A process whose disk is full for a while: `python -m tests.rooms.media.full_disk DIRECTORY`.

It prints a line of its troubles before, while and after the disk is full.
"""

import resource
import sys
from pathlib import Path

from rooms.media.air.programme import Programme
from tests.rooms.media.speaker import Speaker, feed
from tests.waiting import wait_until

SMALLEST_SEGMENT = 500
"""Bytes. Every segment is larger, so a file size limit of this much stops all writing."""


def main() -> None:
    programme = Programme(Path(sys.argv[1]), epoch_s=1_700_000_000.0, ask_keyframe=lambda source: None)
    programme.add("speaker")
    programme.on_air(["speaker"])
    programme.take("speaker")
    feed(programme, Speaker(), seconds=5)
    print(*programme.troubles)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALLEST_SEGMENT, hard))
    feed(programme, Speaker(), seconds=15, since_s=5)
    wait_until(lambda: "disk" in programme.troubles)
    print(*programme.troubles)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    feed(programme, Speaker(), seconds=20, since_s=15)
    wait_until(lambda: "disk" not in programme.troubles)
    print(*programme.troubles)
    programme.end().result()


if __name__ == "__main__":
    main()
