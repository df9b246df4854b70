"""The only module that uses private parts of aiortc and aioice. Both are pinned, and a contract test checks these uses.

aiortc decodes received media and encodes sent media; a relay does neither. aiortc looks up its receiver, sender and ICE
classes by name in its own modules, so putting subclasses there is enough.
"""

import asyncio
import dataclasses
import logging
import struct
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
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
    rtcrtpreceiver,
    rtp,
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
"""aiortc's own ciphers, and the one that GStreamer needs for its RSA certificate."""
LONGEST_SENT_BYTES = 2_048
"""Longer than any encrypted packet that a network carries."""
KEPT_PACKETS = 512
"""Packets that each sender keeps for retransmission: a second or two of video."""
MOST_CANDIDATES = 32
"""Candidates of one peer that are checked, one every 20 ms; further ones are left out."""
LEAST_PORT = 1_024
"""The lowest port of a candidate: the services of a network have lower ones."""
MOST_PACKETS_PER_S = 4_000
"""RTP packets that are taken from one connection; further ones are dropped, as on a line that is full: 40 Mbit/s."""
MOST_STREAMS = 16
"""SSRCs that one receiver takes packets of: a stream, its retransmissions, and those after restarts of the sender."""
MOST_QUEUED = 256
"""Packets of one connection that wait for DTLS."""
STEP_TICKS = {"video": 3_000, "audio": 960}
"""RTP ticks between the last packet of one source and the first of the next: one picture, one packet of sound."""

IPAddress = IPv4Address | IPv6Address

log = logging.getLogger("plenary.media")


class ReceiverListener(Protocol):
    """The object that a receiver passes packets and reports to. Its errors are logged, else they end the connection."""

    def packet(self, receiver: "Receiver", packet: RtpPacket) -> None:
        """Take a packet of the stream, first sent or retransmitted."""

    def report(self, receiver: "Receiver", report: SenderReport) -> None:
        """Take a sender report."""

    def over(self) -> None:
        """Note that the other side has sent BYE, or that the connection is closed."""


class DtlsTransport(rtcdtlstransport.RTCDtlsTransport):
    """Takes RTP packets straight from the socket; aiortc's queue and four coroutines cost more than the relaying."""

    _second = _packets = 0
    """The second of the monotonic clock that is counted, and its packets so far."""

    def _setup_srtp(self) -> None:
        super()._setup_srtp()
        _make_room(self._tx_srtp)
        for protocol in self.transport._connection._protocols:
            cast(PortShare, protocol.transport).on_media = self._take

    def _take(self, data: bytes) -> None:
        if not self._has_room(time.monotonic()):
            return
        try:
            self._hand_on(self._rx_srtp.unprotect(data))
        except pylibsrtp.Error:  # not from the peer, or received twice
            return

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        """Take a packet that aiortc has decrypted: one that came before the handshake was over, and was queued."""
        self._hand_on(data)

    def _hand_on(self, data: bytes) -> None:
        """Give a decrypted packet to the receiver that it is for."""
        try:
            packet = RtpPacket.parse(data, self._rtp_header_extensions_map)
        except ValueError:
            return
        receiver: Any = self._rtp_router.route_rtp(packet)
        if receiver is not None:
            receiver.take(packet)

    def _has_room(self, now_s: float) -> bool:
        """Count one more packet; False when this second has had as many as are taken."""
        second = int(now_s)
        if second != self._second:
            self._second, self._packets = second, 0
        self._packets += 1
        return self._packets <= MOST_PACKETS_PER_S


class Receiver(RTCRtpReceiver):
    """Passes packets to its listener as they come, without aiortc's jitter buffer, decoder and NACK."""

    listener: ReceiverListener | None = None
    kind: str
    media_ssrc: int | None = None

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        self.kind = kind
        self._codecs: dict[int, RTCRtpCodecParameters] = {}
        self._originals: dict[int, int] = {}
        self._repairs: dict[int, Any] = {}
        """The payload type of each retransmission stream (RTX), with the payload type of the original packets."""
        self._streams: dict[int, StreamStatistics] = private(RTCRtpReceiver, self, "remote_streams")

    @property
    def ssrc(self) -> int:
        """The SSRC under which this receiver sends RTCP."""
        return int(private(RTCRtpReceiver, self, "rtcp_ssrc"))

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """Do what the base class does, without its decoder's thread."""
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
        """Send an RTCP packet that we made, if the connection is still open."""
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
        """Take a packet that has come for one of this receiver's streams."""
        codec = self._codecs.get(packet.payload_type)
        if codec is None or self.listener is None:
            return
        if packet.ssrc not in self._streams:
            if len(self._streams) >= MOST_STREAMS:
                return
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


class NoEstimator:
    """Stands where aiortc keeps a thousand counters for each receiver, by which it would judge what it decodes."""


def common_codecs(
    ours: list[RTCRtpCodecParameters], theirs: list[RTCRtpCodecParameters]
) -> list[RTCRtpCodecParameters]:
    """Return the codecs of an offer that we have, each under the offer's payload type and with the feedback of both.

    aiortc's own function copies every codec to its depth, which is a third of the time that an answer takes.
    """
    common: list[RTCRtpCodecParameters] = []
    clock_rates: dict[int | None, int] = {}
    for each in theirs:
        if is_rtx(each):
            if clock_rates.get(cast(int, each.parameters.get("apt"))) == each.clockRate:
                common.append(each)
            continue
        known = next((codec for codec in ours if rtcpeerconnection.is_codec_compatible(codec, each)), None)
        if known is not None:
            is_dynamic = each.payloadType in rtp.DYNAMIC_PAYLOAD_TYPES
            payload_type = each.payloadType if is_dynamic else known.payloadType
            feedback = [kind for kind in known.rtcpFeedback if kind in each.rtcpFeedback]
            parameters = dict(known.parameters)
            common.append(
                dataclasses.replace(known, payloadType=payload_type, rtcpFeedback=feedback, parameters=parameters)
            )
            clock_rates[payload_type] = known.clockRate
    return common


class Sender(RTCRtpSender):
    """Forwards packets of a source under its own SSRC and numbers; encodes nothing."""

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
        """Forward a source's packet. When the source has changed, renumber so that the stream goes on without a gap."""
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
        """Forward a source's sender report, by which the watcher keeps its sound and picture in step."""
        if source == self._source and self._payload_type is not None:
            set_private(RTCRtpSender, self, "ntp_timestamp", report.ntp)
            set_private(RTCRtpSender, self, "rtp_timestamp", (report.rtp_ticks + self._shift_ticks) & 0xFFFFFFFF)
            set_private(RTCRtpSender, self, "packet_count", self._packets)
            set_private(RTCRtpSender, self, "octet_count", self._octets)

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        """Wait for the end, where the base class would encode."""
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
        """Send straight to the socket: aiortc's three coroutines a packet would be most of a relay's cost."""
        pair = self.transport.transport._connection._nominated.get(1)
        if pair is None or self.transport.state != "connected":
            return
        header = struct.pack("!BBHLL", 0x80, marker << 7 | payload_type, sequence, rtp_ticks, ssrc)
        pair.protocol.transport.sendto(self.transport._tx_srtp.protect(header + payload), pair.remote_addr)
        self._packets += 1
        self._octets += len(payload)


def _make_room(session: pylibsrtp.Session) -> None:
    """Enlarge an SRTP session's buffer of 1,356 bytes, as encoders fill the 1,500 bytes of an Ethernet frame."""
    session._cdata = ffi.new("char[]", LONGEST_SENT_BYTES)
    session._buffer = ffi.buffer(session._cdata)


class OnePortConnection(ice.Connection):
    """An ICE connection over the shared port, which sends checks only to addresses that a browser may have."""

    async def add_remote_candidate(self, remote_candidate: Candidate | None) -> None:
        """Take a candidate of the peer that can be checked. Any other is left out, and so is the end of candidates.

        A peer without a candidate that we know of is found by the checks that it sends.
        """
        if remote_candidate is None or len(self.remote_candidates) >= MOST_CANDIDATES:
            return
        fits = remote_candidate.component == 1 and remote_candidate.transport.lower() == "udp"
        if fits and remote_candidate.port >= LEAST_PORT and may_be_checked(remote_candidate.host):
            await super().add_remote_candidate(remote_candidate)

    def data_received(self, data: bytes, component: int) -> None:
        """Queue a packet until DTLS takes it; further ones are dropped, as on a line that is full."""
        if self._queue.qsize() < MOST_QUEUED:
            super().data_received(data, component)

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - the base class has it
    ) -> list[Candidate]:
        """Return a host candidate for each address of the port. `timeout` is for STUN servers, which are not asked."""
        candidates = []
        for address, port in _ports.items():
            protocol = ice.StunProtocol(self)
            share = port.share(self.local_username, protocol)
            share.allows = may_send
            protocol.connection_made(share)
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
"""The ports, by the address that peers are told."""
_ours: set[IPAddress] = set()
"""The addresses of this machine."""
_background: set[asyncio.Future[Any]] = set()


def install(ports: dict[str, UdpPort]) -> None:
    """Make every later connection of this process use our receivers, senders and ports."""
    _ports.clear()
    _ports.update(ports)
    _ours.clear()
    addresses = map(ip_of, [*ports, *ice.get_host_addresses(use_ipv4=True, use_ipv6=True)])
    _ours.update(address for address in addresses if address is not None)
    setattr(rtcpeerconnection, "RTCRtpReceiver", Receiver)  # noqa: B010 - a type is not assigned to, says the checker
    setattr(rtcpeerconnection, "RTCRtpSender", Sender)  # noqa: B010
    setattr(rtcpeerconnection, "RTCDtlsTransport", DtlsTransport)  # noqa: B010
    setattr(rtcicetransport, "Connection", OnePortConnection)  # noqa: B010
    setattr(rtcpeerconnection, "find_common_codecs", common_codecs)  # noqa: B010
    setattr(rtcrtpreceiver, "RemoteBitrateEstimator", NoEstimator)  # noqa: B010
    _offer_feedback()
    _widen_ciphers()


def may_be_checked(host: str) -> bool:
    """True when a peer may name this address as its own: it is an IP address of another machine.

    Names are not looked up, not even those of a local network (mDNS). Loopback is for an installation that is itself
    on loopback.
    """
    address = ip_of(host)
    return address is not None and may_send(host) and (address.is_loopback or address not in _ours)


def may_send(host: str) -> bool:
    """True when packets from this address may belong to a connection."""
    address = ip_of(host)
    if address is None or address.is_unspecified or address.is_multicast or address.is_link_local:
        return False
    if address.is_loopback:
        return any(ours.is_loopback for ours in map(ip_of, _ports) if ours is not None)
    return not address.is_reserved


def ip_of(host: str) -> IPAddress | None:
    """Read an IP address; one of IPv4 that is written as IPv6 counts as IPv4. None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _offer_feedback() -> None:
    """Offer publishers feedback (RFC 4585): NACK for both media, keyframe requests and transport-cc for pictures."""
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
    """Make a connection over the shared port. Without a configuration aiortc would ask a public STUN server."""
    return RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


def h264_only() -> list[RTCRtpCodecCapability]:
    """Return the codecs that pictures may be sent in: H.264, and RTX for retransmission."""
    return [each for each in get_capabilities("video").codecs if each.mimeType in ("video/H264", "video/rtx")]


def spawn(work: Any) -> None:
    """Run an awaitable in the background. A ConnectionError in it is ignored: the connection has gone."""
    task = asyncio.ensure_future(work)
    _background.add(task)
    task.add_done_callback(_finish)


def _finish(task: asyncio.Future[Any]) -> None:
    _background.discard(task)
    if not task.cancelled() and not isinstance(task.exception(), ConnectionError | None):
        task.result()


def private(owner: type, thing: object, name: str) -> Any:
    """Read a name-mangled attribute (two leading underscores) of the class `owner`."""
    return getattr(thing, f"_{owner.__name__}__{name}")


def set_private(owner: type, thing: object, name: str, value: object) -> None:
    setattr(thing, f"_{owner.__name__}__{name}", value)
