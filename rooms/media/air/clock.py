"""When each sample of a source happened, by our monotonic clock: lip sync is decided here. Told the time, no I/O.

Sender reports (RFC 3550, 6.4.1) date a source's pictures and sound by one clock of the sender's. Until both streams
have been reported, each is dated by its arrival. The two ways are never mixed: one offset of the sender's clock to ours
serves both streams, so whatever moves it cannot part the picture from the sound. A picture of a second size follows
that offset, and has no part in it.
"""

from rooms.media.rtc.samples import RATES_HZ, Kind, Report

WAIT_S = 3.5
"""How long the first samples wait for the reports: Chromium's first one about sound can take that long."""
JUMP_S = 0.5
"""A report that is so far from what the last one foretold says that the sender's clock was set, not that it drifts."""
LOST_S = 10.0
"""A sample dated so far from its arrival says that its stream's timestamps began anew."""
WINDOW_S = 10.0
"""The quickest packet of so long a time had no queue before it: that one tells how two clocks differ."""
SETTLE_S = 1.0
"""So long the offset takes each better reading at once."""
SLEW = 0.001
"""How fast it may follow a drift afterwards, seconds a second: the sound is stretched by it, unheard."""
LEADING: tuple[Kind, ...] = ("picture", "sound")
"""The streams that tell how the sender's clock differs from ours."""
HALF = 1 << 31
NTP_UNIT = 1 / (1 << 32)


class SourceClock:
    """The clock of one source. Moments are seconds of our monotonic clock."""

    def __init__(self) -> None:
        self._streams: dict[Kind, Stream] = {}
        self._since: float | None = None

    def observe(self, kind: Kind, at: int, received: float) -> None:
        """Note a sample's arrival; to be called for each, in the order of arrival."""
        stream = self._streams.get(kind)
        if stream and abs(self.moment_of(kind, at) - received) > LOST_S:
            self._streams, self._since, stream = {}, None, None
        if stream is None:
            stream = self._streams[kind] = Stream(RATES_HZ[kind], at)
        self._since = received if self._since is None else self._since
        stream.latest = max(stream.latest, at)
        stream.arrival.observe(received - stream.seconds(at), received)

    def report(self, kind: Kind, report: Report) -> None:
        """Take in a sender report. One about a stream of which nothing has come yet is left out."""
        if stream := self._streams.get(kind):
            stream.report(report)

    def is_ready(self, now: float) -> bool:
        """Whether samples can be dated: both streams are reported, or the wait for that is over."""
        if self._since is None:
            return False
        return (len(self._leading) == len(LEADING) and self._is_reported) or now - self._since >= WAIT_S

    def moment_of(self, kind: Kind, at: int) -> float:
        """When the sample with this timestamp happened. Its stream must have been observed."""
        stream = self._streams[kind]
        leading = self._leading
        reported = [(each.arrival.value, each.reported) for each in leading if each.reported is not None]
        if stream.reported is None or not reported or len(reported) < len(leading):
            return stream.seconds(at) + stream.arrival.value
        return stream.seconds(at) + stream.reported + min(arrival - sent for arrival, sent in reported)

    @property
    def _is_reported(self) -> bool:
        return all(stream.reported is not None for stream in self._leading)

    @property
    def _leading(self) -> list["Stream"]:
        return [self._streams[kind] for kind in LEADING if kind in self._streams]


class Stream:
    """One of a source's streams. `latest` is its newest timestamp, by which a report's is unwrapped."""

    def __init__(self, rate_hz: int, latest: int) -> None:
        self.rate_hz, self.latest = rate_hz, latest
        self.arrival = Offset()
        """What to add to its timestamps, in seconds, to have our time of the quickest packet's arrival."""
        self.reported: float | None = None
        """What to add to them to have the sender's time; None before the first report."""
        self._jumps = 0.0
        """By how much the sender's clock was set since the first report, seconds: taken out again."""

    def seconds(self, at: int) -> float:
        return at / self.rate_hz

    def report(self, report: Report) -> None:
        at = self.latest + ((report.rtp - self.latest + HALF) & 0xFFFFFFFF) - HALF
        reported = report.ntp * NTP_UNIT - self._jumps - self.seconds(at)
        if self.reported is not None and abs(reported - self.reported) > JUMP_S:
            self._jumps += reported - self.reported
            return
        self.reported = reported


class Offset:
    """How one clock differs from another, from readings that come too late by what they waited on their way."""

    def __init__(self) -> None:
        self.value = float("inf")
        self._began = self._window_began = self._moved = 0.0
        self._least = self._least_before = float("inf")

    def observe(self, reading: float, now: float) -> None:
        """One reading, seconds."""
        if self._least == float("inf"):
            self.value, self._began, self._window_began, self._moved = reading, now, now, now
        if now - self._window_began >= WINDOW_S:
            self._least_before, self._least, self._window_began = self._least, reading, now
        self._least = min(self._least, reading)
        wanted = min(self._least, self._least_before)
        if now - self._began < SETTLE_S:
            self.value = wanted
        else:
            reach = SLEW * (now - self._moved)
            self.value += min(max(wanted - self.value, -reach), reach)
        self._moved = now
