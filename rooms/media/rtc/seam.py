"""The one place that touches what aiortc and aioice keep private: they are pinned, and a contract test holds it.

aiortc decodes what comes and encodes what goes; a relay does neither. It makes its receivers, senders and ICE
connections from names in its modules, so that subclasses put there are enough.
"""

import asyncio
import logging
import struct
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol, cast

import pylibsrtp
from aioice import ice
from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    rtcdtlstransport,
    rtcicetransport,
    rtcpeerconnection,
)
from aiortc.codecs import CODECS, HEADER_EXTENSIONS, get_capabilities, is_rtx
from aiortc.rtcrtpparameters import (
    RTCRtcpFeedback,
    RTCRtpCodecCapability,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpReceiveParameters,
)
from aiortc.rtcrtpreceiver import RTCRtpReceiver, StreamStatistics
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtp import AnyRtcpPacket, RtcpByePacket, RtcpSrPacket, RtpPacket, unwrap_rtx
from pylibsrtp._binding import ffi  # type: ignore[import-not-found]

from rooms.media.rtc.congestion import URI as TRANSPORT_CC
from rooms.media.rtc.samples import SenderReport
from rooms.media.rtc.udp_port import PortShare, UdpPort

TRANSPORT_CC_ID = 5
CIPHERS = b":".join(
    [
        b"ECDHE-ECDSA-AES128-GCM-SHA256",
        b"ECDHE-ECDSA-CHACHA20-POLY1305",
        b"ECDHE-ECDSA-AES128-SHA",
        b"ECDHE-ECDSA-AES256-SHA",
        b"ECDHE-RSA-AES128-GCM-SHA256",
    ]
)
"""aiortc's own, and what GStreamer needs for its RSA certificate."""
LONGEST_SENT_BYTES = 2_048
"""A packet with what encryption adds: more than any network carries."""
KEPT_PACKETS = 512
"""Of each sender, to be sent again: a second or two of video."""
STEP_TICKS = {"video": 3_000, "audio": 960}
"""RTP time between two sources that a sender is switched between: one picture, one packet of sound."""

log = logging.getLogger("plenary.media")


class ReceiverListener(Protocol):
    """Whoever is told what a receiver receives. What it raises is noted: it would end the whole connection."""

    def packet(self, receiver: "Receiver", packet: RtpPacket) -> None:
        """A packet of the stream itself, sent again or not."""

    def report(self, receiver: "Receiver", report: SenderReport) -> None:
        """A sender report."""

    def over(self) -> None:
        """The other side has said good-bye, or the connection is closed."""


class DtlsTransport(rtcdtlstransport.RTCDtlsTransport):
    """Takes RTP packets straight from the socket: a queue, a wake-up and four coroutines a packet cost more than it."""

    def _setup_srtp(self) -> None:
        super()._setup_srtp()
        _make_room(self._tx_srtp)
        for protocol in self.transport._connection._protocols:
            cast(PortShare, protocol.transport).on_media = self._take

    def _take(self, data: bytes) -> None:
        try:
            packet = RtpPacket.parse(self._rx_srtp.unprotect(data), self._rtp_header_extensions_map)
        except (pylibsrtp.Error, ValueError):  # a stranger's packet, or one that came twice
            return
        receiver: Any = self._rtp_router.route_rtp(packet)
        if receiver is not None:
            receiver.take(packet)


class Receiver(RTCRtpReceiver):
    """Hands on packets as they come: no jitter buffer, no decoder, no NACK of aiortc's."""

    listener: ReceiverListener | None = None
    kind: str
    media_ssrc: int | None = None

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        self.kind = kind
        self._codecs: dict[int, RTCRtpCodecParameters] = {}
        self._originals: dict[int, int] = {}
        self._repairs: dict[int, Any] = {}
        """The payload types in which packets are sent again, each with that of the packets themselves."""
        self._streams: dict[int, StreamStatistics] = private(RTCRtpReceiver, self, "remote_streams")

    @property
    def ssrc(self) -> int:
        """By which we speak of the streams that come in."""
        return int(private(RTCRtpReceiver, self, "rtcp_ssrc"))

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """What the base class does, without its decoder's thread."""
        if private(RTCRtpReceiver, self, "started"):
            return
        self._codecs = {each.payloadType: each for each in parameters.codecs if each.payloadType is not None}
        self._repairs = {known: each.parameters.get("apt") for known, each in self._codecs.items() if is_rtx(each)}
        for encoding in parameters.encodings:
            if encoding.rtx is not None and encoding.rtx.ssrc is not None and encoding.ssrc is not None:
                self._originals[encoding.rtx.ssrc] = encoding.ssrc
        self.transport._register_rtp_receiver(self, parameters)
        set_private(RTCRtpReceiver, self, "rtcp_task", asyncio.ensure_future(self._run_rtcp()))
        set_private(RTCRtpReceiver, self, "started", True)

    def ask_again(self, sequences: list[int]) -> None:
        """Send a NACK for packets that are missing."""
        if sequences and self.media_ssrc is not None:
            spawn(self._send_rtcp_nack(self.media_ssrc, sequences))

    def ask_keyframe(self) -> None:
        """Send a picture loss indication: the sender answers with a keyframe."""
        if self.media_ssrc is not None:
            spawn(self._send_rtcp_pli(self.media_ssrc))

    def send_rtcp(self, packet: bytes) -> None:
        """Send an RTCP packet of our own making, if there still is a connection."""
        if self.transport.state == "connected":
            spawn(self.transport._send_rtp(packet))

    def _handle_disconnect(self) -> None:
        if self.listener is not None:
            self.listener.over()

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpByePacket):
            self._handle_disconnect()
            return
        await super()._handle_rtcp_packet(packet)
        if isinstance(packet, RtcpSrPacket) and self.listener is not None:
            self.listener.report(self, SenderReport(packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp))

    def take(self, packet: RtpPacket) -> None:
        """A packet of one of our streams has come."""
        codec = self._codecs.get(packet.payload_type)
        if codec is None or self.listener is None:
            return
        if packet.ssrc not in self._streams:
            self._streams[packet.ssrc] = StreamStatistics(codec.clockRate)
        self._streams[packet.ssrc].add(packet)
        if packet.payload_type in self._repairs:
            original, apt = self._originals.get(packet.ssrc, self.media_ssrc), self._repairs[packet.payload_type]
            if original is None or len(packet.payload) < 2 or not isinstance(apt, int):
                return
            extensions, packet = packet.extensions, unwrap_rtx(packet, payload_type=apt, ssrc=original)
            packet.extensions = extensions
        else:
            self.media_ssrc = packet.ssrc
        try:
            self.listener.packet(self, packet)
        except Exception:
            log.exception("a packet could not be used")


class Sender(RTCRtpSender):
    """Sends on packets that others made, under its own numbers; nothing is encoded."""

    on_keyframe_wanted: Callable[[], None] | None = None

    def __init__(self, kind: Any, transport: Any) -> None:
        super().__init__(kind, transport)
        self._payload_type: int | None = None
        self._source: int | None = None
        self._sequence_shift = self._shift_ticks = 0
        self._next_sequence = self._ssrc & 0x3FFF
        self._last_ticks = self._ssrc
        self._kept: OrderedDict[int, tuple[int, int, bytes]] = OrderedDict()
        self._resent = self._next_sequence
        self._packets = self._octets = 0

    def forward(self, packet: RtpPacket) -> None:
        """Send a packet of a source on; after another source's, as if it were one stream."""
        if self._payload_type is None:
            return
        if packet.ssrc != self._source:
            self._source = packet.ssrc
            self._sequence_shift = self._next_sequence - packet.sequence_number
            self._shift_ticks = self._last_ticks + STEP_TICKS[self.kind] - packet.timestamp
        sequence = (packet.sequence_number + self._sequence_shift) & 0xFFFF
        rtp_ticks = (packet.timestamp + self._shift_ticks) & 0xFFFFFFFF
        if (sequence - self._next_sequence) & 0xFFFF < 1 << 15:
            self._next_sequence, self._last_ticks = (sequence + 1) & 0xFFFF, rtp_ticks
        self._kept[sequence] = (rtp_ticks, packet.marker, packet.payload)
        if len(self._kept) > KEPT_PACKETS:
            self._kept.popitem(last=False)
        self._send(self._payload_type, sequence, rtp_ticks, self._ssrc, packet.marker, packet.payload)

    def report(self, source: int | None, report: SenderReport) -> None:
        """Pass a source's sender report on, so that its sound and picture stay together on the other side."""
        if source == self._source and self._payload_type is not None:
            set_private(RTCRtpSender, self, "ntp_timestamp", report.ntp)
            set_private(RTCRtpSender, self, "rtp_timestamp", (report.rtp_ticks + self._shift_ticks) & 0xFFFFFFFF)
            set_private(RTCRtpSender, self, "packet_count", self._packets)
            set_private(RTCRtpSender, self, "octet_count", self._octets)

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        """In place of the base class's encoding: wait until it is over."""
        self._payload_type = codec.payloadType
        private(RTCRtpSender, self, "rtp_started").set()
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self._payload_type = None
        private(RTCRtpSender, self, "rtp_exited").set()

    async def _retransmit(self, sequence_number: int) -> None:
        kept = self._kept.get(sequence_number)
        if kept is None or self._payload_type is None:
            return
        rtp_ticks, marker, payload = kept
        repair = private(RTCRtpSender, self, "rtx_payload_type")
        if repair is None:
            self._send(self._payload_type, sequence_number, rtp_ticks, self._ssrc, marker, payload)
            return
        content = struct.pack("!H", sequence_number) + payload
        self._send(repair, self._resent, rtp_ticks, self._rtx_ssrc, marker, content)
        self._resent = (self._resent + 1) & 0xFFFF

    def _send_keyframe(self) -> None:
        if self.on_keyframe_wanted is not None:
            self.on_keyframe_wanted()

    def _send(self, payload_type: int, sequence: int, rtp_ticks: int, ssrc: int, marker: int, payload: bytes) -> None:
        """Straight to the socket: three coroutines a packet are most of what a relay would cost."""
        pair = self.transport.transport._connection._nominated.get(1)
        if pair is None or self.transport.state != "connected":
            return
        header = struct.pack("!BBHLL", 0x80, marker << 7 | payload_type, sequence, rtp_ticks, ssrc)
        pair.protocol.transport.sendto(self.transport._tx_srtp.protect(header + payload), pair.remote_addr)
        self._packets += 1
        self._octets += len(payload)


def _make_room(session: pylibsrtp.Session) -> None:
    """A session refuses to send more than 1,356 bytes at once, and encoders fill the 1,500 of an Ethernet frame."""
    session._cdata = ffi.new("char[]", LONGEST_SENT_BYTES)
    session._buffer = ffi.buffer(session._cdata)


class OnePortConnection(ice.Connection):
    """An ICE connection over the shared port."""

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - the base class has it
    ) -> list[Candidate]:
        """One candidate for each address of the port. `timeout` is for servers that we do not ask."""
        candidates = []
        for address, port in _ports.items():
            protocol = ice.StunProtocol(self)
            protocol.connection_made(port.share(self.local_username, protocol))
            protocol.local_candidate = Candidate(
                foundation=candidate_foundation("host", "udp", address),
                component=component,
                transport="udp",
                priority=candidate_priority(component, "host"),
                host=address,
                port=port.transport.get_extra_info("sockname")[1],
                type="host",
            )
            self._protocols.append(protocol)
            candidates.append(protocol.local_candidate)
        return candidates


_ports: dict[str, UdpPort] = {}
"""By the address that others are told."""
_background: set[asyncio.Future[Any]] = set()


def install(ports: dict[str, UdpPort]) -> None:
    """From now on every connection of this process uses our receivers, senders and port."""
    _ports.clear()
    _ports.update(ports)
    setattr(rtcpeerconnection, "RTCRtpReceiver", Receiver)  # noqa: B010 - a type is not assigned to, says the checker
    setattr(rtcpeerconnection, "RTCRtpSender", Sender)  # noqa: B010
    setattr(rtcpeerconnection, "RTCDtlsTransport", DtlsTransport)  # noqa: B010
    setattr(rtcicetransport, "Connection", OnePortConnection)  # noqa: B010
    _offer_feedback()
    _widen_ciphers()


def _offer_feedback() -> None:
    """What we tell senders of packets (RFC 4585): of pictures when each came, and of both which did not."""
    extensions = HEADER_EXTENSIONS["video"]
    if not any(each.uri == TRANSPORT_CC for each in extensions):
        extensions.append(RTCRtpHeaderExtensionParameters(id=TRANSPORT_CC_ID, uri=TRANSPORT_CC))
    wanted = [("nack", None), ("nack", "pli"), ("ccm", "fir"), ("transport-cc", None)]
    for codec in CODECS["video"]:
        if not is_rtx(codec):
            codec.rtcpFeedback = [RTCRtcpFeedback(type=kind, parameter=parameter) for kind, parameter in wanted]
    for codec in CODECS["audio"]:
        codec.rtcpFeedback = [RTCRtcpFeedback(type="nack")]


def _widen_ciphers() -> None:
    certificate = rtcdtlstransport.RTCCertificate
    make = certificate._create_ssl_context
    if getattr(make, "widened", False):
        return

    def widened(self: Any, srtp_profiles: Any) -> Any:
        context = make(self, srtp_profiles)
        context.set_cipher_list(CIPHERS)
        return context

    setattr(widened, "widened", True)  # noqa: B010
    setattr(certificate, "_create_ssl_context", widened)  # noqa: B010


def new_connection() -> RTCPeerConnection:
    """A connection over the shared port. Without a configuration aiortc would ask a public STUN server."""
    return RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


def h264_only() -> list[RTCRtpCodecCapability]:
    """What pictures may be sent in: H.264, with packets that are sent again in a stream of their own."""
    return [each for each in get_capabilities("video").codecs if each.mimeType in ("video/H264", "video/rtx")]


def spawn(work: Any) -> None:
    """Do something in the background, as long as there is a connection to do it on."""
    task = asyncio.ensure_future(work)
    _background.add(task)
    task.add_done_callback(_finish)


def _finish(task: asyncio.Future[Any]) -> None:
    _background.discard(task)
    if not task.cancelled() and not isinstance(task.exception(), ConnectionError | None):
        task.result()


def private(owner: type, thing: object, name: str) -> Any:
    """An attribute that `owner` keeps to itself (two leading underscores)."""
    return getattr(thing, f"_{owner.__name__}__{name}")


def set_private(owner: type, thing: object, name: str, value: object) -> None:
    setattr(thing, f"_{owner.__name__}__{name}", value)
