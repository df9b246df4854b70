"""Reorders RTP packets and assembles whole pictures and sounds from them. No I/O; told the time.

A lost packet is requested again on a timer (NACK; RFC 4585, 6.2.1). When it has not come in time, the pictures that
depend on it are dropped up to the next keyframe, and a keyframe is requested.
"""

from collections.abc import Iterator
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


class MissingPacket:
    """A packet that has not come although later packets have."""

    __slots__ = ("asked_at_s", "since_s")

    def __init__(self, now_s: float) -> None:
        self.since_s, self.asked_at_s = now_s, now_s - ASKED_AGAIN_AFTER_S + FIRST_ASKED_AFTER_S


class PacketOrder:
    """Puts the packets of one stream back into order, and notes the missing ones."""

    def __init__(self, patience_s: float) -> None:
        self.patience_s = patience_s
        self.lost = 0
        """The number of packets that did not come in time."""
        self._waiting: dict[int, Packet] = {}
        self._missing: dict[int, MissingPacket] = {}
        self._next: int | None = None
        self._highest = 0

    def put(self, packet: Packet) -> None:
        """Take in a packet that has come, for the first time or again."""
        if self._next is None:
            self._next, self._highest = packet.sequence, packet.sequence - 1
        whole = nearest(packet.sequence, self._highest, 1 << 16)
        if whole - self._highest > MOST_MISSING:
            self._begin_anew(whole)
        if whole < self._next:
            return
        for missed in range(self._highest + 1, whole):
            self._missing[missed] = MissingPacket(packet.received_at_s)
        self._highest = max(self._highest, whole)
        self._missing.pop(whole, None)
        self._waiting.setdefault(whole, packet)

    def take(self, now_s: float) -> Iterator[tuple[Packet, bool]]:
        """Yield the packets that are next in order; each with False where packets before it are lost."""
        follows = True
        while self._next is not None and self._next <= self._highest:
            packet = self._waiting.pop(self._next, None)
            if packet is None:
                missing = self._missing.get(self._next)
                if missing is not None and now_s - missing.since_s < self.patience_s:
                    return
                self._missing.pop(self._next, None)
                self.lost += 1
                follows = False
            self._next += 1
            if packet is not None:
                yield packet, follows
                follows = True

    def to_ask_for(self, now_s: float) -> list[int]:
        """Return the sequence numbers (16 bits) to request again now."""
        due = [each for each, missing in self._missing.items() if now_s - missing.asked_at_s >= ASKED_AGAIN_AFTER_S]
        for each in due[:MOST_ASKED_AT_ONCE]:
            self._missing[each].asked_at_s = now_s
        return [each & 0xFFFF for each in due[:MOST_ASKED_AT_ONCE]]

    def _begin_anew(self, sequence: int) -> None:
        self.lost += len(self._missing)
        self._waiting.clear()
        self._missing.clear()
        self._next, self._highest = sequence - 1, sequence - 1
        self._missing[sequence - 1] = MissingPacket(float("-inf"))


class PictureAssembler:
    """Assembles access units from H.264 packets (RFC 6184, non-interleaved mode)."""

    def __init__(self, *, is_small: bool = False) -> None:
        self.is_small = is_small
        self.order = PacketOrder(PICTURE_PATIENCE_S)
        self.wants_keyframe = True
        """True while no picture can be decoded before the next keyframe."""
        self._unit: list[Packet] = []
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
                self.wants_keyframe, self._broken = True, True
                self._unit.clear()
            if self._unit and self._unit[0].rtp_ticks != packet.rtp_ticks:
                yield from self._complete()
            if self._broken and not _begins_keyframe(packet.payload):
                self._broken = not packet.ends
                continue
            self._broken = False
            if packet.payload:
                self._unit.append(packet)
            if packet.ends:
                yield from self._complete()

    def _complete(self) -> Iterator[Picture]:
        packets, self._unit = self._unit, []
        units = list(_nal_units(packets))
        if not units:
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
            fragments.append(payload[2:])
            if payload[1] & 0x40 and len(fragments) > 1:
                yield b"".join(fragments)
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
