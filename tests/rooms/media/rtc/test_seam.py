"""The contract test of aiortc's private names: real connections on this machine forward what we send."""

import socket
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path

import pytest
from aiortc import RTCSessionDescription, rtcdtlstransport, rtcicetransport, rtcpeerconnection, rtcrtpreceiver
from aiortc.codecs import CODECS, HEADER_EXTENSIONS
from aiortc.rtp import RtpPacket
from aiortc.sdp import SessionDescription

from rooms.errors import OfferRefused
from rooms.media.rtc import assembler, seam
from rooms.media.rtc.relay import Source, Watcher, wire
from rooms.media.rtc.samples import Kind, Picture, SenderReport, Sound
from rooms.media.rtc.seam import Sender
from rooms.media.rtc.udp_port import UdpPort, open_port
from rooms.offers import EXTENSIONS, read_offer
from tests.waiting import until

HERE = "127.0.0.1"
HERE_BY_IPV6 = "::1"
KEYFRAME = b"\x78\x00\x04\x67sps\x00\x04\x68pps\x00\x04\x65key"
SLICE = b"\x41slice"
PATIENT_S = 60
"""Longer than the slowest machine needs."""


class Listener:
    """Keeps the pictures and sounds of a source."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self.sounds: list[Sound] = []

    def picture(self, source: str, picture: Picture) -> None:
        self.pictures.append(picture)

    def sound(self, source: str, sound: Sound) -> None:
        self.sounds.append(sound)

    def report(self, source: str, kind: Kind, report: SenderReport) -> None: ...
    def voice(self, source: str, level_db: int, now_s: float) -> None: ...


_opened: list[UdpPort] = []


@pytest.fixture
async def aiortc_as_it_was() -> AsyncIterator[None]:
    """Undo what `install` changes in aiortc, and close the ports, after the test."""
    names = [(rtcpeerconnection, "RTCRtpReceiver"), (rtcpeerconnection, "RTCRtpSender")]
    names += [(rtcpeerconnection, "RTCDtlsTransport"), (rtcpeerconnection, "find_common_codecs")]
    names += [(rtcrtpreceiver, "RemoteBitrateEstimator")]
    names += [(rtcicetransport, "Connection"), (rtcdtlstransport.RTCCertificate, "_create_ssl_context")]
    before = [(place, name, getattr(place, name)) for place, name in names]
    lists = [(known, deepcopy(known["video"])) for known in (CODECS, HEADER_EXTENSIONS)]
    yield
    for place, name, value in before:
        setattr(place, name, value)
    for known, value in lists:
        known["video"] = value
    while _opened:
        _opened.pop().transport.close()


class Pair:
    """A publisher and the source that receives it, each with a port of its own."""

    def __init__(self, here: str) -> None:
        self.here = here
        self.heard = Listener()
        self.publisher = seam.new_connection()
        self.source = Source("amara", 0, self.heard, on_arrival=lambda: None, on_end=lambda: None)

    async def connect(self) -> None:
        for kind in ("audio", "video"):
            self.publisher.addTransceiver(kind, direction="sendonly")
        await self.publisher.setLocalDescription(await self.publisher.createOffer())
        await another_port(self.here)
        answer = await self.source.answer(self.publisher.localDescription.sdp)
        await self.publisher.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: all(each._payload_type is not None for each in self.senders))

    @property
    def senders(self) -> list[Sender]:
        return self.publisher.getSenders()

    def send_pictures(self, count: int) -> None:
        for n in range(count):
            payload = KEYFRAME if n == 0 else SLICE
            self.senders[1].forward(RtpPacket(96, 1, 65_530 + n & 0xFFFF, n * 3_000, 7, payload))


def has_ipv6() -> bool:
    """True when this machine has IPv6. Many containers have none."""
    with suppress(OSError), socket.socket(socket.AF_INET6) as tried:
        tried.bind((HERE_BY_IPV6, 0))
        return True
    return False


@pytest.fixture
def here(request: pytest.FixtureRequest) -> str:
    """The address of both sides."""
    return str(getattr(request, "param", HERE))


@pytest.fixture
async def pair(aiortc_as_it_was: None, here: str) -> AsyncIterator[Pair]:
    await another_port(here)
    pair = Pair(here)
    await pair.connect()
    yield pair
    await pair.publisher.close()
    await pair.source.close()


async def another_port(here: str = HERE) -> None:
    """Give the next connection a port of its own: two that share a port could not tell each other apart."""
    ports = await open_port([here], 0)
    seam.install(ports)
    _opened.append(ports[here])


@pytest.mark.parametrize("here", [HERE, HERE_BY_IPV6] if has_ipv6() else [HERE], indirect=True)
async def test_what_is_sent_arrives_as_it_was_and_wraps(pair: Pair):
    pair.send_pictures(12)
    pair.senders[0].forward(RtpPacket(111, 0, 5, 960, 8, b"opus"))
    await until(lambda: len(pair.heard.pictures) == 12 and pair.heard.sounds)
    assert [picture.is_keyframe for picture in pair.heard.pictures] == [True, *[False] * 11]
    assert pair.heard.pictures[1].data.endswith(SLICE)
    assert pair.heard.sounds[0].data == b"opus"


async def test_packets_that_come_before_the_handshake_is_over_are_taken_like_others(pair: Pair):
    receiver = pair.source.connection.getReceivers()[1]
    for protocol in receiver.transport.transport._connection._protocols:
        protocol.transport.on_media = None  # as it is until the handshake is over
    transport = pair.senders[1].transport
    sent = RtpPacket(pair.senders[1]._payload_type, 1, ssrc=pair.senders[1]._ssrc)
    sent.extensions.abs_send_time = 1_000
    for n, payload in enumerate((KEYFRAME, SLICE)):
        sent.sequence_number, sent.timestamp, sent.payload = n, n * 3_000, payload
        await transport._send_rtp(sent.serialize(transport._rtp_header_extensions_map))
    await until(lambda: len(pair.heard.pictures) == 2)


async def test_a_packet_may_fill_an_ethernet_frame(pair: Pair):
    longest = bytes(1_450)
    pair.senders[0].forward(RtpPacket(111, 0, 5, 960, 8, longest))
    await until(lambda: pair.heard.sounds)
    assert pair.heard.sounds[0].data == longest


async def test_an_address_that_cannot_be_used_now_is_left_out(aiortc_as_it_was: None):
    not_ours = "192.0.2.1"
    ports = await open_port([not_ours, HERE], 0)
    _opened.append(ports[HERE])
    assert list(ports) == [HERE]


async def test_no_address_that_can_be_used_is_an_error():
    with pytest.raises(OSError, match=r"none of the addresses 192\.0\.2\.1 can be used"):
        await open_port(["192.0.2.1"], 0)


async def test_a_packet_that_is_lost_is_sent_again_when_asked_for(pair: Pair):
    video, send = pair.senders[1], pair.senders[1]._send
    lost: list[int] = []

    def lossy(payload_type: int, sequence: int, *rest: object) -> None:
        if not lost and pair.heard.pictures:
            lost.append(sequence)
        else:
            send(payload_type, sequence, *rest)

    video._send = lossy
    pair.send_pictures(1)
    await until(lambda: pair.heard.pictures)
    for n in range(1, 8):
        video.forward(RtpPacket(96, 1, 65_530 + n & 0xFFFF, n * 3_000, 7, SLICE))

    def ticked() -> bool:
        pair.source.tick(time.monotonic())
        return len(pair.heard.pictures) == 8

    await until(ticked)
    assert lost


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for missing sound for longer than a test lasts."""
    monkeypatch.setattr(assembler, "SOUND_PATIENCE_S", PATIENT_S)


async def test_sound_that_is_lost_is_sent_again_too(patient: None, pair: Pair):
    audio, send = pair.senders[0], pair.senders[0]._send
    sent: list[int] = []

    def lossy(payload_type: int, sequence: int, *rest: object) -> None:
        sent.append(sequence)
        if len(sent) not in (3, 6):
            send(payload_type, sequence, *rest)

    audio._send = lossy
    for n in range(9):
        audio.forward(RtpPacket(111, 0, n, n * 960, 8, b"opus%d" % n))

    def ticked() -> bool:
        pair.source.tick(time.monotonic())
        return len(pair.heard.sounds) == 9

    await until(ticked)
    assert [sound.data for sound in pair.heard.sounds] == [b"opus%d" % n for n in range(9)]
    assert {sent[2], sent[5]} <= set(sent[9:])


async def test_a_watcher_gets_what_a_source_sends_and_a_keyframe_when_it_asks(pair: Pair):
    ended: list[str] = []
    watching = seam.new_connection()
    for kind in ("audio", "video"):
        watching.addTransceiver(kind, direction="recvonly")
    await another_port()
    await watching.setLocalDescription(await watching.createOffer())
    await another_port()
    watcher = Watcher("ben", "ben", None, on_end=lambda: ended.append("ben"), on_connected=lambda: None)
    answer = await watcher.answer(watching.localDescription.sdp)
    await watching.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    wire([pair.source], [watcher], pair.source)
    heard: list[bytes] = []

    class Ear:
        def packet(self, receiver: object, packet: RtpPacket) -> None:
            heard.append(packet.payload)

        def report(self, receiver: object, report: SenderReport) -> None: ...
        def over(self) -> None: ...

    watching.getReceivers()[1].listener = Ear()
    await until(lambda: watcher.senders[0]["video"]._payload_type is not None)
    wanted: list[bool] = []
    pair.senders[1].on_keyframe_wanted = lambda: wanted.append(True)

    def asked() -> bool:
        pair.send_pictures(3)
        if heard:
            watching.getReceivers()[1].ask_keyframe()
        return bool(wanted)

    await until(asked)
    assert KEYFRAME in heard
    await watching.close()
    await watcher.close()


async def test_a_publisher_without_h264_is_refused(aiortc_as_it_was: None):
    await another_port()
    publisher = seam.new_connection()
    video = publisher.addTransceiver("video", direction="sendonly")
    video.setCodecPreferences([each for each in video.sender.getCapabilities("video").codecs if each.name != "H264"])
    await publisher.setLocalDescription(await publisher.createOffer())
    source = Source("amara", 0, Listener(), on_arrival=lambda: None, on_end=lambda: None)
    with pytest.raises(OfferRefused) as refused:
        await source.answer(publisher.localDescription.sdp)
    assert refused.value.reason == "no-h264"
    with pytest.raises(OfferRefused):
        await Source("ben", 0, Listener(), on_arrival=lambda: None, on_end=lambda: None).answer("nonsense")
    await publisher.close()


def test_every_header_extension_that_we_use_is_kept_of_an_offer(aiortc_as_it_was: None):
    seam.install({})
    assert {each.uri for kind in HEADER_EXTENSIONS.values() for each in kind} == EXTENSIONS


@pytest.mark.parametrize("name", ["offer.sdp", "offer_for_every_slot.sdp"])
def test_the_codecs_of_an_answer_are_those_that_aiortc_finds(aiortc_as_it_was: None, name: str):
    theirs = rtcpeerconnection.find_common_codecs
    seam.install({})
    whole = (Path(__file__).parents[3] / "stage" / name).read_text()
    described = [SessionDescription.parse(each).media for each in (whole, read_offer(whole).essence)]
    for before, after in zip(*described, strict=True):
        found = theirs(CODECS[before.kind], before.rtp.codecs)
        taken = [each for each in found if each.name in ("opus", "H264")]
        numbers = {each.payloadType for each in taken}
        taken += [each for each in found if each.parameters.get("apt") in numbers]
        ours = seam.common_codecs(CODECS[after.kind], after.rtp.codecs)
        assert sorted(ours, key=lambda each: each.payloadType) == sorted(taken, key=lambda each: each.payloadType)
        chosen = [each.payloadType for each in ours if each.name != "rtx"]
        assert chosen == [each.payloadType for each in taken[: len(numbers)]]
