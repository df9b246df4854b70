"""The clock on the wall, held against one that nobody sets: whatever ends by the clock asks here first.

A clock that jumps is doubted for a while, in which nothing begins or ends by it: it may be set back. After a time in
which nobody kept time, what people held until then is theirs again, as they could not keep it.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog

MAY_DRIFT_S = 5.0
"""The difference that is no jump: clocks are corrected by less, again and again."""
BELIEVED_AFTER_S = 120.0
"""Seconds after which a clock that stays where it jumped to is believed."""
AWAY_S = 30.0
"""The longest time without keeping time that counts as no absence. It is shorter than anything that people hold."""
NOTED_EVERY_S = 10.0
FILE_NAME = "time-kept"
"""The file of the data directory in which each process notes that it keeps time."""

log = structlog.get_logger("plenary.clock")


class WallClock:
    """One process's judgement of its clock, and of its absences.

    `wall_s` counts seconds since 1970, `steady_s` seconds of a clock that nobody sets.
    """

    def __init__(
        self, folder: Path, wall_s: Callable[[], float] = time.time, steady_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._file, self._wall_s, self._steady_s = folder / FILE_NAME, wall_s, steady_s
        self._trusted_s = wall_s() - steady_s()
        self._seen_s = self._trusted_s
        self._jumped_at_s: float | None = None
        """The steady moment of the last jump; None while the clock is trusted."""
        self._kept_at_s: float | None = None
        """The steady moment at which time was last kept; None after a doubt, and before the first time."""
        self._noted_at_s = self._steady_s() - NOTED_EVERY_S
        self._is_first = True

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.fromtimestamp(self._wall_s(), UTC)

    def jumped_by_s(self) -> float:
        """Look at both clocks: the seconds by which ours has jumped ahead (back: negative); 0 while it is trusted."""
        now_s = self._steady_s()
        seen_s = self._wall_s() - now_s
        if abs(seen_s - self._trusted_s) <= MAY_DRIFT_S:
            if self._jumped_at_s is not None:
                log.warning("the clock is back")
            self._trusted_s, self._jumped_at_s = seen_s, None
        elif self._jumped_at_s is None or abs(seen_s - self._seen_s) > MAY_DRIFT_S:
            log.error("the clock has jumped: nothing begins or ends by it", by_s=round(seen_s - self._trusted_s))
            self._jumped_at_s, self._kept_at_s, self._is_first = now_s, None, False
        elif now_s - self._jumped_at_s >= BELIEVED_AFTER_S:
            log.warning("the clock is believed", by_s=round(seen_s - self._trusted_s))
            self._trusted_s, self._jumped_at_s = seen_s, None
        self._seen_s = seen_s
        return seen_s - self._trusted_s if self._jumped_at_s is not None else 0.0

    def is_doubted(self) -> bool:
        return self.jumped_by_s() != 0.0

    def was_away(self) -> bool:
        """True when nobody has kept time for a while: the server did not run, stood still, or doubted its clock."""
        if self._kept_at_s is not None:
            return self._steady_s() - self._kept_at_s > AWAY_S
        return not self._is_first or self._was_away_before()

    def keep(self) -> None:
        """Note that time is kept: everything that was due is done."""
        self._kept_at_s = now_s = self._steady_s()
        self._is_first = False
        if now_s - self._noted_at_s >= NOTED_EVERY_S:
            self._noted_at_s = now_s
            with suppress(OSError):
                self._file.write_text(f"{self._wall_s():.0f}\n")

    def _was_away_before(self) -> bool:
        """True when no process has noted for a while that it keeps time; False for a new installation."""
        try:
            noted_s = float(self._file.read_text())
        except (OSError, ValueError):
            return False
        return abs(self._wall_s() - noted_s) > AWAY_S
