"""Dates a source's samples by our monotonic clock, and so decides lip sync. Told the time, no I/O.

Sender reports (RFC 3550, 6.4.1) date a source's pictures and sound by one clock, the sender's. Until both streams have
a report, samples are dated by their arrival. The two ways are never mixed: one offset between the sender's clock and
ours serves both streams, so a change of the offset cannot part picture and sound. Pictures of the second, smaller size
use this offset, but do not contribute to it.
"""

from rooms.media.rtc.samples import RATES_HZ, Kind, SenderReport

WAIT_S = 3.5
"""The longest that the first samples wait for reports. Chromium's first report about sound can take this long."""
JUMP_S = 0.5
"""A report that differs more from the one before shows that the sender's clock was set; a drift is smaller."""
LOST_S = 10.0
"""A sample dated further from its arrival shows that its stream's timestamps began anew."""
WINDOW_S = 10.0
"""The quickest packet in this time waited in no queue, so it shows the true offset between two clocks."""
SETTLE_S = 1.0
"""During this first time the offset takes each better reading at once."""
SLEW = 0.001
"""The largest change of the offset afterwards, seconds per second: the sound is stretched by as much, unheard."""
LEADING: tuple[Kind, ...] = ("picture", "sound")
"""The streams that contribute to the offset between the sender's clock and ours."""
HALF = 1 << 31
NTP_UNIT_S = 1 / (1 << 32)


class SourceClock:
    """One source's clock. Its seconds are those of our monotonic clock."""

    def __init__(self) -> None:
        self._streams: dict[Kind, StreamClock] = {}
        self._since_s: float | None = None

    def observe(self, kind: Kind, rtp_ticks: int, received_at_s: float) -> None:
        """Note the arrival of a sample. To be called for every sample, in the order of arrival."""
        stream = self._streams.get(kind)
        if stream and abs(self.happened_at_s(kind, rtp_ticks) - received_at_s) > LOST_S:
            self._streams, self._since_s, stream = {}, None, None
        if stream is None:
            stream = self._streams[kind] = StreamClock(RATES_HZ[kind], rtp_ticks)
        self._since_s = received_at_s if self._since_s is None else self._since_s
        stream.latest_ticks = max(stream.latest_ticks, rtp_ticks)
        stream.arrival.observe(received_at_s - stream.seconds(rtp_ticks), received_at_s)

    def report(self, kind: Kind, report: SenderReport) -> None:
        """Take in a sender report. A report about a stream without samples so far is left out."""
        if stream := self._streams.get(kind):
            stream.report(report)

    def is_ready(self, now_s: float) -> bool:
        """True once samples can be dated: both streams have a report, or the wait for reports is over."""
        if self._since_s is None:
            return False
        return (len(self._leading) == len(LEADING) and self._is_reported) or now_s - self._since_s >= WAIT_S

    def happened_at_s(self, kind: Kind, rtp_ticks: int) -> float:
        """Return the time at which the sample with this timestamp was taken. Its stream must have been observed."""
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
    """The clock of one stream. `latest_ticks` is its newest timestamp, from which a report's timestamp is unwrapped."""

    def __init__(self, rate_hz: int, latest_ticks: int) -> None:
        self.rate_hz, self.latest_ticks = rate_hz, latest_ticks
        self.arrival = ClockOffset()
        """The offset from the stream's timestamps, in seconds, to our time of arrival of the quickest packet."""
        self.reported_s: float | None = None
        """The offset from the stream's timestamps to the sender's time; None before the first report."""
        self._jumped_s = 0.0
        """The sum of the steps by which the sender's clock was set since the first report; it is subtracted again."""

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
    """The offset between two clocks, from readings that queues have made too large."""

    def __init__(self) -> None:
        self.value_s = float("inf")
        self._began_at_s = self._window_began_at_s = self._moved_at_s = 0.0
        self._least_s = self._least_before_s = float("inf")

    def observe(self, reading_s: float, now_s: float) -> None:
        """Take in one reading."""
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
