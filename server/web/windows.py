"""Counting in fixed windows by a clock that nobody sets: a clock on the wall that jumps would freeze every limit."""

import time
from collections.abc import Callable

from limits import RateLimitItem

SWEPT_EVERY_S = 60.0


class Windows:
    """The counts of one process, each in a window that begins with its first hit. `steady_s` counts seconds."""

    def __init__(self, steady_s: Callable[[], float] = time.monotonic) -> None:
        self._steady_s = steady_s
        self._counts: dict[tuple[str, ...], tuple[int, float]] = {}
        """By the key, the hits and the steady moment at which the window ends."""
        self._swept_at_s = steady_s()

    def hit(self, limit: RateLimitItem, *key: str) -> bool:
        """Count one more; False when it is more than the limit allows."""
        now_s = self._steady_s()
        if now_s - self._swept_at_s >= SWEPT_EVERY_S:
            self._sweep(now_s)
        count, ends_at_s = self._counts.get((str(limit), *key), (0, 0.0))
        if ends_at_s <= now_s:
            count, ends_at_s = 0, now_s + limit.get_expiry()
        self._counts[str(limit), *key] = count + 1, ends_at_s
        return count < limit.amount

    def left(self, limit: RateLimitItem, *key: str) -> int:
        """The hits that are left in the window."""
        count, ends_at_s = self._counts.get((str(limit), *key), (0, 0.0))
        return max(0, limit.amount - count) if ends_at_s > self._steady_s() else limit.amount

    def wait_s(self, limit: RateLimitItem, *key: str) -> float:
        """The seconds until the window ends."""
        _, ends_at_s = self._counts.get((str(limit), *key), (0, 0.0))
        return max(0.0, ends_at_s - self._steady_s())

    def _sweep(self, now_s: float) -> None:
        """Forget the windows that are over."""
        self._swept_at_s = now_s
        self._counts = {key: counted for key, counted in self._counts.items() if counted[1] > now_s}
