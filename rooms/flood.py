"""The hard limit on what one connection may send. Told the time."""

BURST = 100
REFILL_PER_S = 40.0


class Budget:
    """The commands, pings and pongs that a connection may still send: 100 at once, then 40 a second.

    A hello costs one more for each of its rooms.
    """

    __slots__ = ("_left", "_since_ms")

    def __init__(self, *, now_ms: int) -> None:
        self._left = float(BURST)
        self._since_ms = now_ms

    def spend(self, cost: int = 1, *, now_ms: int) -> bool:
        """Spend `cost`; False when so much is not left, and the connection floods."""
        self._left = min(float(BURST), self._left + (now_ms - self._since_ms) / 1000 * REFILL_PER_S)
        self._since_ms = now_ms
        if self._left < cost:
            return False
        self._left -= cost
        return True
