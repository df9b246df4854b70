"""The hard limit on what one connection may send. Told the time."""

BURST = 100
REFILL_PER_S = 40.0


class Budget:
    """The commands that a connection may still send: 100 at once, then 40 a second."""

    def __init__(self, *, now: int) -> None:
        self._left = float(BURST)
        self._since = now

    def spend(self, *, now: int) -> bool:
        """Take one; False when the connection floods."""
        self._left = min(float(BURST), self._left + (now - self._since) / 1000 * REFILL_PER_S)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
