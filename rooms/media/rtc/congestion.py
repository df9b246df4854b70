"""Transport-wide congestion control feedback: tells a browser when each of its packets arrived. No I/O.

draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1. Without this feedback a browser takes most of a minute
to estimate the line's bandwidth; with it, a second or two.
"""

import struct

URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
EVERY_S = 0.08
"""The interval between reports; the draft allows 50 to 250 ms."""

RTPFB, FORMAT = 205, 15
TICK_S = 0.000_25
REFERENCE_TICKS = 256
"""Ticks in a unit of the reference time: 64 ms."""
MOST_AT_ONCE = 1_000
"""The most packets in one report; after a longer gap reports begin anew."""
MOST_NOTED = 8_000
"""Arrivals that wait to be reported. Beyond this number they are dropped: their sender counts them as lost."""
LOST, NEAR, FAR = 0, 1, 2
"""Symbols: not received; received, with its delta in one byte; with its delta in two."""
PER_CHUNK = 7


class Arrivals:
    """The arrivals of one connection's packets, over all of its streams, until they are reported."""

    def __init__(self) -> None:
        self._ticks: dict[int, int] = {}
        self._highest: int | None = None
        self._told: int | None = None
        self._reports = 0

    def note(self, sequence: int, now_s: float) -> None:
        """Note the arrival of the packet with this transport-wide sequence number (16 bits)."""
        whole = sequence if self._highest is None else nearest(sequence, self._highest, 1 << 16)
        self._highest = whole if self._highest is None else max(whole, self._highest)
        if len(self._ticks) >= MOST_NOTED:
            self._ticks.clear()
        self._ticks.setdefault(whole, int(now_s / TICK_S))

    def report(self, sender: int, media: int) -> bytes | None:
        """Return the RTCP packet about all arrivals since the last report, or None when there are none.

        `sender` is our own SSRC and `media` the SSRC that the report is about.
        """
        if not self._ticks:
            return None
        first, last = min(self._ticks), max(self._ticks)
        if self._told is not None and self._told < first and last - self._told < MOST_AT_ONCE:
            first = self._told + 1
        last = min(last, first + MOST_AT_ONCE - 1)
        body = self._body(first, last)
        self._ticks = {each: tick for each, tick in self._ticks.items() if each > last}
        self._told, self._reports = last, self._reports + 1
        return _packet(sender, media, body)

    def _body(self, first: int, last: int) -> bytes:
        reference = self._ticks[min(self._ticks)] // REFERENCE_TICKS
        before, symbols, deltas = reference * REFERENCE_TICKS, list[int](), b""
        for each in range(first, last + 1):
            tick = self._ticks.get(each)
            if tick is None:
                symbols.append(LOST)
                continue
            delta, before = tick - before, tick
            near = 0 <= delta <= 255
            symbols.append(NEAR if near else FAR)
            deltas += bytes([delta]) if near else struct.pack("!h", max(-32_768, min(32_767, delta)))
        time_and_count = (reference & 0xFFFFFF) << 8 | self._reports & 0xFF
        head = struct.pack("!HHI", first & 0xFFFF, len(symbols), time_and_count)
        return head + _chunks(symbols) + deltas


def nearest(value: int, to: int, period: int) -> int:
    """Unwrap a counter: the number nearest to `to` that equals `value` modulo `period`."""
    half = period // 2
    return to + (value - to + half) % period - half


def _chunks(symbols: list[int]) -> bytes:
    """Pack the symbols into status vector chunks of two bits each (section 3.1.4)."""
    packed = b""
    for start in range(0, len(symbols), PER_CHUNK):
        word = 0b11 << 14
        for place, symbol in enumerate(symbols[start : start + PER_CHUNK]):
            word |= symbol << (12 - 2 * place)
        packed += struct.pack("!H", word)
    return packed


def _packet(sender: int, media: int, body: bytes) -> bytes:
    padding = -len(body) % 4
    if padding:
        body += bytes(padding - 1) + bytes([padding])
    first = 0x80 | (0x20 if padding else 0) | FORMAT
    return struct.pack("!BBHII", first, RTPFB, 2 + len(body) // 4, sender, media) + body
