"""Forwards the packets of publishing connections to receiving connections, without decoding them.

A source is a publishing connection. A watcher is a receiving connection, with senders for each slot of the stage. A
source may send its picture in a second, smaller size, which only the programme receives.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

from aiortc import RTCSessionDescription
from aiortc.exceptions import OperationError
from aiortc.rtp import RtpPacket

from rooms.errors import OfferRefused
from rooms.media.rtc.assembler import Packet, PictureAssembler, SoundAssembler
from rooms.media.rtc.congestion import EVERY_S, Arrivals
from rooms.media.rtc.samples import Kind, Picture, SenderReport, Sound
from rooms.media.rtc.seam import Receiver, Sender, h264_only, new_connection, spawn
from rooms.offers import MOST_SECTIONS, MOST_SENT_SECTIONS, OFFER_LIMIT_BYTES, Offer, read_offer

KEYFRAME_ASKED_EVERY_S = 0.5
"""Requests for a keyframe are merged, because each keyframe is a large picture."""
SILENT_AFTER_S = 5.0
"""After this silence a publisher counts as gone; ICE itself takes half a minute to notice."""
CONNECTS_WITHIN_S = 20.0
MOST_STREAMS = {"audio": 1, "video": 2}
"""The most media of each kind that are received from one offer. Of two pictures, the first is the larger."""


class SourceListener(Protocol):
    """The receiver of the samples and reports that a source sends."""

    def picture(self, source: str, picture: Picture) -> None: ...
    def sound(self, source: str, sound: Sound) -> None: ...
    def report(self, source: str, kind: Kind, report: SenderReport) -> None: ...
    def voice(self, source: str, level_db: int, now_s: float) -> None:
        """Take the loudness of a packet of sound, dB below the loudest (RFC 6464)."""


class SourceStream:
    """One media stream of a source: orders its packets, and requests missing ones again."""

    def __init__(self, kind: Kind, receiver: Receiver) -> None:
        self.kind, self.receiver = kind, receiver
        self.assembler = SoundAssembler() if kind == "sound" else PictureAssembler(is_small=kind == "small")
        self._keyframe_asked_at_s = 0.0

    def ask_keyframe(self) -> None:
        """Ask for a keyframe, at most twice a second."""
        now_s = time.monotonic()
        if self.kind != "sound" and now_s - self._keyframe_asked_at_s >= KEYFRAME_ASKED_EVERY_S:
            self._keyframe_asked_at_s = now_s
            self.receiver.ask_keyframe()

    def tick(self, now_s: float) -> None:
        self.receiver.ask_again(self.assembler.order.to_ask_for(now_s))
        if isinstance(self.assembler, PictureAssembler) and self.assembler.wants_keyframe:
            self.ask_keyframe()


class Source:
    """One publishing connection. `on_arrival` is called at its first packet, `on_end` once when it is gone."""

    def __init__(
        self,
        name: str,
        slot: int,
        listener: SourceListener,
        on_arrival: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        self.name, self.slot, self.listener = name, slot, listener
        self.on_arrival, self.on_end = on_arrival, on_end
        self.connection = new_connection()
        self.streams: dict[Receiver, SourceStream] = {}
        self.outputs: dict[str, list[Sender]] = {"audio": [], "video": []}
        self._arrivals = Arrivals()
        self._heard_at_s = time.monotonic() + CONNECTS_WITHIN_S - SILENT_AFTER_S
        self._told_at_s = 0.0
        self._has_arrived = self._is_over = False

    async def answer(self, offer: str) -> str:
        """Return our SDP answer to a publisher's offer. Raises OfferRefused."""
        counts: Counter[str] = Counter()
        read = read_for(self.connection, offer, MOST_SENT_SECTIONS)
        for medium in read.media:
            if counts[medium] == MOST_STREAMS[medium]:
                continue
            transceiver = self.connection.addTransceiver(medium, direction="recvonly")
            receiver = cast(Receiver, transceiver.receiver)
            receiver.listener = self
            kinds: tuple[Kind, ...] = ("sound",) if medium == "audio" else ("picture", "small")
            self.streams[receiver] = SourceStream(kinds[counts[medium]], receiver)
            counts[medium] += 1
            if medium == "video":
                transceiver.setCodecPreferences(h264_only())
        self.connection.on("connectionstatechange", self._note_state)
        return await described(self.connection, read.essence)

    def packet(self, receiver: Receiver, packet: RtpPacket) -> None:
        now_s = time.monotonic()
        self._heard_at_s = now_s
        if packet.extensions.transport_sequence_number is not None:
            self._arrivals.note(packet.extensions.transport_sequence_number, now_s)
        if not self._has_arrived:
            self._has_arrived = True
            self.on_arrival()
        stream = self.streams[receiver]
        for output in self._outputs_of(stream):
            output.forward(packet)
        if stream.kind == "sound" and packet.extensions.audio_level is not None:
            self.listener.voice(self.name, packet.extensions.audio_level[1], now_s)
        plain = Packet(packet.sequence_number, packet.timestamp, bool(packet.marker), packet.payload, now_s)
        self._give(stream.assembler.put(plain))

    def report(self, receiver: Receiver, report: SenderReport) -> None:
        stream = self.streams[receiver]
        self.listener.report(self.name, stream.kind, report)
        for output in self._outputs_of(stream):
            output.report(receiver.media_ssrc, report)

    def over(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.on_end()

    def ask_keyframe(self) -> None:
        """Ask the publisher for a keyframe of each size, at most twice a second."""
        for stream in self.streams.values():
            stream.ask_keyframe()

    def tick(self, now_s: float) -> None:
        """Do what is due: request lost packets again, report arrivals, notice silence."""
        if now_s - self._heard_at_s > SILENT_AFTER_S:
            self.over()
            return
        for stream in self.streams.values():
            self._give(stream.assembler.take(now_s))
            stream.tick(now_s)
        if self._has_arrived and now_s - self._told_at_s >= EVERY_S:
            self._told_at_s = now_s
            self._tell_arrivals()

    async def close(self) -> None:
        self._is_over = True
        await self.connection.close()

    def _outputs_of(self, stream: SourceStream) -> list[Sender]:
        """Return the senders that a stream is forwarded to; watchers get only the larger picture."""
        return [] if stream.kind == "small" else self.outputs[stream.receiver.kind]

    def _give(self, samples: Iterable[Picture] | Iterable[Sound]) -> None:
        for sample in samples:
            if isinstance(sample, Picture):
                self.listener.picture(self.name, sample)
            else:
                self.listener.sound(self.name, sample)

    def _tell_arrivals(self) -> None:
        """Report each packet's arrival (transport-cc); the sender adapts its bit rate to the report."""
        video = next((stream.receiver for stream in self.streams.values() if stream.kind == "picture"), None)
        if video is None:
            return
        feedback = self._arrivals.report(video.ssrc, video.media_ssrc or 0)
        if feedback is not None:
            video.send_rtcp(feedback)

    def _note_state(self) -> None:
        if self.connection.connectionState in ("failed", "closed"):
            self.over()


class Watcher:
    """One receiving connection. The source in `slot`, the watcher's own, is not sent back to the watcher."""

    def __init__(
        self, name: str, person: str, slot: int | None, on_end: Callable[[], None], on_connected: Callable[[], None]
    ) -> None:
        self.name, self.person, self.slot = name, person, slot
        self.on_end, self.on_connected = on_end, on_connected
        self.connection = new_connection()
        self.senders: list[dict[str, Sender]] = []
        """By slot: the senders of one source's sound and picture, keyed `audio` and `video`."""
        self._opened_at_s = time.monotonic()

    async def answer(self, offer: str) -> str:
        """Return our SDP answer to a watcher's offer, with one pair of sound and picture for each slot.

        Raises OfferRefused.
        """
        counts = {"audio": 0, "video": 0}
        read = read_for(self.connection, offer, MOST_SECTIONS)
        for medium in read.media:
            transceiver = self.connection.addTransceiver(medium, direction="sendonly")
            if medium == "video":
                transceiver.setCodecPreferences(h264_only())
            if counts[medium] == len(self.senders):
                self.senders.append({})
            self.senders[counts[medium]][medium] = cast(Sender, transceiver.sender)
            counts[medium] += 1
            await asyncio.sleep(0)  # packets and ticks have their turn between the steps of one answer
        self.connection.on("connectionstatechange", self._note_state)
        return await described(self.connection, read.essence)

    def tick(self, now_s: float) -> None:
        """Give the connection up when it is not established in time."""
        if self.connection.connectionState != "connected" and now_s - self._opened_at_s > CONNECTS_WITHIN_S:
            self.on_end()

    async def close(self) -> None:
        await self.connection.close()

    def _note_state(self) -> None:
        if self.connection.connectionState == "connected":
            self.on_connected()
        elif self.connection.connectionState in ("failed", "closed"):
            self.on_end()


def wire(sources: Iterable[Source], watchers: Iterable[Watcher], on_air: Source | None) -> None:
    """Route sources to watchers anew. A watcher with one slot gets the source `on_air`, any other a source per slot."""
    by_slot = {source.slot: source for source in sources}
    for source in by_slot.values():
        source.outputs = {"audio": [], "video": []}
    for watcher in watchers:
        alone = len(watcher.senders) == 1
        for slot, senders in enumerate(watcher.senders):
            shown = on_air if alone else by_slot.get(slot)
            if shown is None or shown.slot == watcher.slot:
                continue
            for medium, sender in senders.items():
                shown.outputs[medium].append(sender)
                sender.on_keyframe_wanted = shown.ask_keyframe


def read_for(connection: Any, offer: str, most_sections: int) -> Offer:
    """Read the offer that a connection answers. Closes the connection and raises OfferRefused."""
    try:
        return read_offer(offer, most_sections)
    except OfferRefused:
        spawn(connection.close())
        raise


async def described(connection: Any, offer: str) -> str:
    """Accept the offer and return our SDP answer. Closes the connection when there is none.

    Raises OfferRefused: `no-h264` when the offer has no codec that we support, `too-large` when the answer would be,
    else `bad-offer`.
    """
    try:
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await asyncio.sleep(0)
        ours = await connection.createAnswer()
        await asyncio.sleep(0)
        await connection.setLocalDescription(ours)
        answer = str(connection.localDescription.sdp)
        if len(answer.encode()) > OFFER_LIMIT_BYTES:
            raise OfferRefused("too-large")
    except BaseException as error:
        spawn(connection.close())
        if isinstance(error, OfferRefused) or not isinstance(error, Exception):
            raise
        # aiortc's parser raises anything for a malformed offer
        raise OfferRefused("no-h264" if isinstance(error, OperationError) else "bad-offer") from error
    return answer
