"""When each sample of a source happened, by our monotonic clock: lip sync is decided here. Told the time, no I/O.

Sender reports (RFC 3550, 6.4.1) date a source's pictures and sound by one clock of the sender's. Until both streams
have been reported, each is dated by its arrival. The two ways are never mixed: one offset of the sender's clock to ours
serves both streams, so whatever moves it cannot part the picture from the sound. A picture of a second size follows
that offset, and has no part in it.
"""

from rooms.media.rtc.samples import RATES_HZ, Kind, SenderReport

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
NTP_UNIT_S = 1 / (1 << 32)


class SourceClock:
    """The clock of one source. Seconds are of our monotonic clock."""

    def __init__(self) -> None:
        self._streams: dict[Kind, StreamClock] = {}
        self._since_s: float | None = None

    def observe(self, kind: Kind, rtp_ticks: int, received_at_s: float) -> None:
        """Note a sample's arrival; to be called for each, in the order of arrival."""
        stream = self._streams.get(kind)
        if stream and abs(self.happened_at_s(kind, rtp_ticks) - received_at_s) > LOST_S:
            self._streams, self._since_s, stream = {}, None, None
        if stream is None:
            stream = self._streams[kind] = StreamClock(RATES_HZ[kind], rtp_ticks)
        self._since_s = received_at_s if self._since_s is None else self._since_s
        stream.latest_ticks = max(stream.latest_ticks, rtp_ticks)
        stream.arrival.observe(received_at_s - stream.seconds(rtp_ticks), received_at_s)

    def report(self, kind: Kind, report: SenderReport) -> None:
        """Take in a sender report. One about a stream of which nothing has come yet is left out."""
        if stream := self._streams.get(kind):
            stream.report(report)

    def is_ready(self, now_s: float) -> bool:
        """Whether samples can be dated: both streams are reported, or the wait for that is over."""
        if self._since_s is None:
            return False
        return (len(self._leading) == len(LEADING) and self._is_reported) or now_s - self._since_s >= WAIT_S

    def happened_at_s(self, kind: Kind, rtp_ticks: int) -> float:
        """When the sample with this timestamp happened. Its stream must have been observed."""
        stream = self._streams[kind]
        leading = self._leading
        offsets_s = [(each.arrival.value_s, each.reported_s) for each in leading if each.reported_s is not None]
        if stream.reported_s is None or not offsets_s or len(offsets_s) < len(leading):
            return stream.seconds(rtp_ticks) + stream.arrival.value_s
        ahead_s = min(arrival_s - sent_s for arrival_s, sent_s in offsets_s)
        return stream.seconds(rtp_ticks) + stream.reported_s + ahead_s

    @property
    def _is_reported(self) -> bool:
        return all(stream.reported_s is not None for stream in self._leading)

    @property
    def _leading(self) -> list["StreamClock"]:
        return [self._streams[kind] for kind in LEADING if kind in self._streams]


class StreamClock:
    """One of a source's streams. `latest_ticks` is its newest timestamp, by which a report's is unwrapped."""

    def __init__(self, rate_hz: int, latest_ticks: int) -> None:
        self.rate_hz, self.latest_ticks = rate_hz, latest_ticks
        self.arrival = ClockOffset()
        """What to add to its timestamps, in seconds, to have our time of the quickest packet's arrival."""
        self.reported_s: float | None = None
        """What to add to them to have the sender's time; None before the first report."""
        self._jumped_s = 0.0
        """By how much the sender's clock was set since the first report, seconds: taken out again."""

    def seconds(self, rtp_ticks: int) -> float:
        return rtp_ticks / self.rate_hz

    def report(self, report: SenderReport) -> None:
        rtp_ticks = self.latest_ticks + ((report.rtp_ticks - self.latest_ticks + HALF) & 0xFFFFFFFF) - HALF
        reported_s = report.ntp * NTP_UNIT_S - self._jumped_s - self.seconds(rtp_ticks)
        if self.reported_s is not None and abs(reported_s - self.reported_s) > JUMP_S:
            self._jumped_s += reported_s - self.reported_s
            return
        self.reported_s = reported_s


class ClockOffset:
    """How one clock differs from another, from readings that come too late by what they waited on their way."""

    def __init__(self) -> None:
        self.value_s = float("inf")
        self._began_at_s = self._window_began_at_s = self._moved_at_s = 0.0
        self._least_s = self._least_before_s = float("inf")

    def observe(self, reading_s: float, now_s: float) -> None:
        """One reading."""
        if self._least_s == float("inf"):
            self.value_s, self._began_at_s, self._window_began_at_s, self._moved_at_s = reading_s, now_s, now_s, now_s
        if now_s - self._window_began_at_s >= WINDOW_S:
            self._least_before_s, self._least_s, self._window_began_at_s = self._least_s, reading_s, now_s
        self._least_s = min(self._least_s, reading_s)
        wanted_s = min(self._least_s, self._least_before_s)
        if now_s - self._began_at_s < SETTLE_S:
            self.value_s = wanted_s
        else:
            reach_s = SLEW * (now_s - self._moved_at_s)
            self.value_s += min(max(wanted_s - self.value_s, -reach_s), reach_s)
        self._moved_at_s = now_s
