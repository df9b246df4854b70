"""Voice-activated switching: the picture follows the voice, without jumping at every cough. No I/O; told the time."""

QUIET_DB = 45
"""The quietest level that counts as speech, dB below the loudest (RFC 6464: 0 is the loudest, 127 silence)."""
SETTLES_S = 1.2
"""The time that another source must have spoken before its picture is shown."""
STAYS_S = 3.0
"""The least time that a picture stays."""
PAUSE_S = 0.4
"""The longest pause that does not end a turn: a breath."""


class VoiceSwitch:
    """Chooses which source's picture to show, from the levels of their sound."""

    def __init__(self) -> None:
        self._since_s: dict[str, float] = {}
        self._last_s: dict[str, float] = {}
        self._changed_at_s = float("-inf")

    def note(self, source: str, level_db: int, now_s: float) -> None:
        """Note the level of a packet of a source's sound: `level_db` below the loudest."""
        if level_db > QUIET_DB:
            return
        if now_s - self._last_s.get(source, float("-inf")) > PAUSE_S:
            self._since_s[source] = now_s
        self._last_s[source] = now_s

    def forget(self, source: str) -> None:
        self._since_s.pop(source, None)
        self._last_s.pop(source, None)

    def choose(self, among: list[str], shown: str | None, now_s: float) -> str | None:
        """Return the source to show: `shown`, unless another source in `among` has been speaking for a while."""
        speaking = [each for each in among if now_s - self._last_s.get(each, float("-inf")) <= PAUSE_S]
        if shown in speaking or now_s - self._changed_at_s < STAYS_S:
            return shown
        settled = [each for each in speaking if self._last_s[each] - self._since_s[each] >= SETTLES_S]
        if not settled:
            return shown
        self._changed_at_s = now_s
        return min(settled, key=lambda each: self._since_s[each])
