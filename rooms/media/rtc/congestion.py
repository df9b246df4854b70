"""Transport-wide congestion control: what the receiver tells a browser of each packet's arrival. No I/O.

draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1. Without it a browser takes most of a minute to find
out what the line carries; with it a second or two.
"""

import struct

URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
EVERY_S = 0.08
"""How often to tell: the draft's 50 to 250 ms."""

RTPFB, FORMAT = 205, 15
TICK_S = 0.000_25
REFERENCE_TICKS = 256
"""Ticks in a unit of the reference time: 64 ms."""
MOST_AT_ONCE = 1_000
"""Packets in one report; after a longer break it begins anew."""
LOST, NEAR, FAR = 0, 1, 2
"""Symbols: did not come; came, with its distance in one byte, in two."""
PER_CHUNK = 7


class Arrivals:
    """The packets of one connection, counted over all of its streams, until they are told of."""

    def __init__(self) -> None:
        self._ticks: dict[int, int] = {}
        self._highest: int | None = None
        self._told: int | None = None
        self._reports = 0

    def note(self, sequence: int, now_s: float) -> None:
        """A packet with this transport-wide sequence number (16 bits) has come, monotonic seconds."""
        whole = sequence if self._highest is None else nearest(sequence, self._highest, 1 << 16)
        self._highest = whole if self._highest is None else max(whole, self._highest)
        self._ticks.setdefault(whole, int(now_s / TICK_S))

    def report(self, sender: int, media: int) -> bytes | None:
        """The RTCP packet about all that came since the last one, from SSRC `sender` about `media`; None: nothing."""
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
    """The number that is `value` modulo `period` and nearest to `to`: a wrapped counter, unwrapped."""
    half = period // 2
    return to + (value - to + half) % period - half


def _chunks(symbols: list[int]) -> bytes:
    """Status vector chunks of two-bit symbols (section 3.1.4)."""
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
