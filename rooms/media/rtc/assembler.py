"""Reorders RTP packets and assembles whole pictures and sounds from them. No I/O; told the time.

A lost packet is requested again on a timer (NACK; RFC 4585, 6.2.1). When it has not come in time, the pictures that
depend on it are dropped up to the next keyframe, and a keyframe is requested.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from rooms.media.rtc.congestion import nearest
from rooms.media.rtc.h264 import PPS, SPS, type_of
from rooms.media.rtc.samples import Picture, Sound

FIRST_ASKED_AFTER_S = 0.01
"""A missing packet may only have been overtaken by the next one."""
ASKED_AGAIN_AFTER_S = 0.06
PICTURE_PATIENCE_S = 0.6
SOUND_PATIENCE_S = 0.3
"""Room for several requests on a line with a round trip of 80 ms; the sound mix waits longer still."""
MOST_MISSING = 400
"""Packets missing at once. Beyond this number the stream has broken off, and ordering begins anew."""
MOST_WAITING = 4_000
"""Packets that wait for a missing one; beyond this number too, ordering begins anew. 50 Mbit/s fill it in 0.9 s."""
MOST_PICTURE_BYTES = 4_000_000
MOST_PICTURE_PACKETS = 4_000
MOST_PICTURE_UNITS = 2_000
"""The largest picture, and the most NAL units in it. A larger one, or one that never ends, is dropped like a damaged
one: up to the next keyframe, for which the publisher is asked. A keyframe of 1080p has less than a tenth."""
MOST_PARAMETER_BYTES = 1_024
"""The longest parameter set that is kept; a longer one makes no picture. Usual ones have 30 bytes."""
MOST_ASKED_AT_ONCE = 64
IDR, STAP_A, FU_A = 5, 24, 28
"""NAL unit and packet types (H.264 table 7-1; RFC 6184, 5.2)."""
START_CODE = b"\x00\x00\x00\x01"


class Packet(NamedTuple):
    """The fields of an RTP packet that are used; `sequence` and `rtp_ticks` are still wrapped (16 and 32 bits)."""

    sequence: int
    rtp_ticks: int
    ends: bool
    """The marker bit: the packet ends its picture."""
    payload: bytes
    received_at_s: float


class PacketOrder:
    """Puts the packets of one stream back into order, and notes the missing ones."""

    def __init__(self, patience_s: float) -> None:
        self.patience_s = patience_s
        self.lost = 0
        """The number of packets that did not come in time."""
        self._waiting: dict[int, Packet] = {}
        self._missing: dict[int, float] = {}
        """The packets that have not come although later ones have, each with the time since which it is missing."""
        self._asked_at_s: dict[int, float] = {}
        self._next: int | None = None
        self._highest = 0

    def put(self, packet: Packet) -> None:
        """Take in a packet that has come, for the first time or again."""
        if self._next is None:
            self._next, self._highest = packet.sequence, packet.sequence - 1
        whole = nearest(packet.sequence, self._highest, 1 << 16)
        missing = whole - self._highest - 1
        if (missing > 0 and missing + len(self._missing) > MOST_MISSING) or len(self._waiting) >= MOST_WAITING:
            self._begin_anew(whole)
        if whole < self._next:
            return
        if missing > 0:
            self._missing.update(dict.fromkeys(range(self._highest + 1, whole), packet.received_at_s))
        self._highest = max(self._highest, whole)
        self._forget(whole)
        self._waiting.setdefault(whole, packet)

    def take(self, now_s: float) -> Iterator[tuple[Packet, bool]]:
        """Yield the packets that are next in order; each with False where packets before it are lost."""
        follows = True
        while self._next is not None and self._next <= self._highest:
            packet = self._waiting.pop(self._next, None)
            if packet is None:
                if now_s - self._missing.get(self._next, float("-inf")) < self.patience_s:
                    return
                self._forget(self._next)
                self.lost += 1
                follows = False
            self._next += 1
            if packet is not None:
                yield packet, follows
                follows = True

    def to_ask_for(self, now_s: float) -> list[int]:
        """Return the sequence numbers (16 bits) to request again now."""
        due = [each for each, since_s in self._missing.items() if now_s >= self._asked_from_s(each, since_s)]
        for each in due[:MOST_ASKED_AT_ONCE]:
            self._asked_at_s[each] = now_s
        return [each & 0xFFFF for each in due[:MOST_ASKED_AT_ONCE]]

    def _asked_from_s(self, sequence: int, since_s: float) -> float:
        asked_at_s = self._asked_at_s.get(sequence)
        return since_s + FIRST_ASKED_AFTER_S if asked_at_s is None else asked_at_s + ASKED_AGAIN_AFTER_S

    def _forget(self, sequence: int) -> None:
        """Forget that a packet is missing."""
        if self._missing.pop(sequence, None) is not None:
            self._asked_at_s.pop(sequence, None)

    def _begin_anew(self, sequence: int) -> None:
        self.lost += len(self._missing)
        self._waiting.clear()
        self._missing.clear()
        self._asked_at_s.clear()
        self._next, self._highest = sequence - 1, sequence - 1
        self._missing[sequence - 1] = float("-inf")


class PictureAssembler:
    """Assembles access units from H.264 packets (RFC 6184, non-interleaved mode)."""

    def __init__(self, *, is_small: bool = False) -> None:
        self.is_small = is_small
        self.order = PacketOrder(PICTURE_PATIENCE_S)
        self.wants_keyframe = True
        """True while no picture can be decoded before the next keyframe."""
        self._unit: list[Packet] = []
        self._unit_bytes = 0
        self._broken = False
        self._rtp_ticks: int | None = None
        self._parameters: dict[int, bytes] = {}

    def put(self, packet: Packet) -> Iterator[Picture]:
        self.order.put(packet)
        yield from self.take(packet.received_at_s)

    def take(self, now_s: float) -> Iterator[Picture]:
        """Yield the pictures that are complete by now, in decoding order."""
        for packet, follows in self.order.take(now_s):
            if not follows:
                self._drop()
            if self._unit and self._unit[0].rtp_ticks != packet.rtp_ticks:
                yield from self._complete()
            if self._broken and not _begins_keyframe(packet.payload):
                self._broken = not packet.ends
                continue
            self._broken = False
            if packet.payload:
                self._unit.append(packet)
                self._unit_bytes += len(packet.payload)
            if self._unit_bytes > MOST_PICTURE_BYTES or len(self._unit) > MOST_PICTURE_PACKETS:
                self._drop()
                self._broken = not packet.ends
            elif packet.ends:
                yield from self._complete()

    def _drop(self) -> None:
        """Drop the picture that is being assembled, and what depends on it."""
        self.wants_keyframe, self._broken = True, True
        self._unit, self._unit_bytes = [], 0

    def _complete(self) -> Iterator[Picture]:
        packets, self._unit, self._unit_bytes = self._unit, [], 0
        units = list(islice(_nal_units(packets), MOST_PICTURE_UNITS + 1))
        if not units:
            return
        if len(units) > MOST_PICTURE_UNITS or any(map(_is_overlong, units)):
            self.wants_keyframe = True
            return
        for unit in units:
            if type_of(unit) in (SPS, PPS):
                self._parameters[type_of(unit)] = unit
        is_keyframe = any(type_of(unit) == IDR for unit in units)
        if self.wants_keyframe and not is_keyframe:
            return
        self.wants_keyframe = False
        if is_keyframe:
            present = {type_of(unit) for unit in units}
            units = [self._parameters[each] for each in (SPS, PPS) if each in self._parameters.keys() - present] + units
        self._rtp_ticks = unwrapped(packets[0].rtp_ticks, self._rtp_ticks)
        data = b"".join(START_CODE + unit for unit in units)
        yield Picture(self._rtp_ticks, data, is_keyframe, packets[0].received_at_s, self.is_small)


class SoundAssembler:
    """Orders Opus packets (RFC 7587): each is a whole sound, so a lost packet is not waited for long."""

    def __init__(self) -> None:
        self.order = PacketOrder(SOUND_PATIENCE_S)
        self._rtp_ticks: int | None = None

    def put(self, packet: Packet) -> Iterator[Sound]:
        self.order.put(packet)
        yield from self.take(packet.received_at_s)

    def take(self, now_s: float) -> Iterator[Sound]:
        """Yield the sounds that are next in order."""
        for packet, _ in self.order.take(now_s):
            if packet.payload:
                self._rtp_ticks = unwrapped(packet.rtp_ticks, self._rtp_ticks)
                yield Sound(self._rtp_ticks, packet.payload, packet.received_at_s)


def unwrapped(rtp_ticks: int, newest: int | None) -> int:
    """Unwrap a 32-bit RTP timestamp: the nearest count to `newest`, the newest unwrapped one of the stream."""
    return rtp_ticks if newest is None else nearest(rtp_ticks, newest, 1 << 32)


def _is_overlong(unit: bytes) -> bool:
    """True for a parameter set that is longer than any encoder's."""
    return len(unit) > MOST_PARAMETER_BYTES and type_of(unit) in (SPS, PPS)


def _begins_keyframe(payload: bytes) -> bool:
    """True when the packet begins with parameter sets, and so surely begins a keyframe."""
    kind = payload[0] & 0x1F if payload else 0
    return kind == SPS or (kind == STAP_A and len(payload) > 3 and payload[3] & 0x1F == SPS)


def _nal_units(packets: list[Packet]) -> Iterator[bytes]:
    """Yield the NAL units of consecutive packets: single, aggregated or fragmented (RFC 6184, 5.6 to 5.8)."""
    fragments: list[bytes] = []
    for packet in packets:
        payload = packet.payload
        kind = payload[0] & 0x1F
        if kind == STAP_A:
            yield from _aggregated(payload)
        elif kind == FU_A and len(payload) > 2:
            if payload[1] & 0x80:
                fragments = [bytes([payload[0] & 0xE0 | payload[1] & 0x1F])]
            elif not fragments:
                continue
            fragments.append(payload[2:])
            if payload[1] & 0x40:
                yield b"".join(fragments)
                fragments = []
        elif 0 < kind < STAP_A:
            yield payload


def _aggregated(payload: bytes) -> Iterator[bytes]:
    place = 1
    while place + 2 < len(payload):
        length = int.from_bytes(payload[place : place + 2])
        unit = payload[place + 2 : place + 2 + length]
        if unit:
            yield unit
        place += 2 + length
