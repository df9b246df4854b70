"""One UDP port for all connections, told apart by the user name in STUN requests and then by the sender's address.

A browser's first packets are STUN binding requests whose USERNAME begins with our name for the connection (RFC 8445,
7.2.2) and which are signed with the password that we gave it. Later packets from the same address belong to that
connection. An address that belongs to another connection goes over to this one only when it has answered a check of
ours: whoever names the address of somebody else as a candidate, or forges it as a sender, cannot do that.
"""

import asyncio
import errno
import logging
import socket
import struct
from collections.abc import Callable
from typing import Any, cast

from aioice import stun
from aioice.ice import StunProtocol

RECEIVE_BUFFER_BYTES = 4 << 20
"""Room for keyframes of many sources at once; the system may grant less."""
LAST_STUN_BYTE = 3
"""The first byte of STUN is 0 to 3, of DTLS 20 to 63, of RTP 128 to 191 (RFC 7983, 7)."""
FIRST_RTP_BYTE, LAST_RTP_BYTE = 128, 191
RTCP_TYPES = range(192, 224)
MOST_ADDRESSES = 32
"""Addresses that one connection may send from: a browser tries all of its own."""
MOST_CHECKS = 256
"""Checks of one connection whose answers are awaited. Beyond this number the oldest is forgotten, and so its answer."""
REQUEST, RESPONSES = 0x0001, (0x0101, 0x0111)
"""The types of a STUN binding request, and of the answers to one (RFC 8489, 5)."""
ID = slice(8, 20)
"""The place of the transaction id in a STUN message."""

Address = tuple[str, int]

log = logging.getLogger("plenary.media")


class UdpPort(asyncio.DatagramProtocol):
    """One socket and the connections that share it."""

    def __init__(self) -> None:
        self.transport: asyncio.DatagramTransport
        self._by_name: dict[str, PortShare] = {}
        self._by_address: dict[Address, PortShare] = {}
        self._by_check: dict[bytes, PortShare] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        ours: socket.socket = transport.get_extra_info("socket")
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)

    def share(self, name: str, protocol: StunProtocol) -> "PortShare":
        """Return a transport for the connection with this name (its ICE user name fragment)."""
        shared = self._by_name[name] = PortShare(self, name, protocol)
        return shared

    def forget(self, share: "PortShare") -> None:
        self._by_name.pop(share.name, None)
        for address in share.addresses:
            if self._by_address.get(address) is share:
                del self._by_address[address]
        for check in share.checks:
            self._by_check.pop(check, None)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        address = (addr[0], addr[1])
        if data and data[0] <= LAST_STUN_BYTE:
            self._take_stun(data, address)
            return
        known = self._by_address.get(address)
        if known is None:
            return
        if known.on_media is not None and is_media(data):
            known.on_media(data)
        else:
            known.protocol.receiver.data_received(data, known.protocol.local_candidate.component)

    def note_check(self, share: "PortShare", data: bytes, address: Address) -> None:
        """Remember a check that is sent to an address, by its transaction id."""
        if data[ID] not in share.checks and len(share.checks) >= MOST_CHECKS:
            oldest = next(iter(share.checks))
            del share.checks[oldest], self._by_check[oldest]
        share.checks[data[ID]] = address
        self._by_check[data[ID]] = share

    def _take_stun(self, data: bytes, address: Address) -> None:
        """Hand on a request that is signed for one of our connections, or an answer to one of our checks."""
        kind, message = int.from_bytes(data[:2]), parsed(data)
        if message is None:
            return
        if kind == REQUEST:
            share = self._by_name.get(str(message.attributes.get("USERNAME", "")).partition(":")[0])
            if share is None or not share.is_signed(message) or not self._admit(share, address):
                return
        elif kind in RESPONSES:
            share = self._by_check.get(data[ID])
            if share is None:
                return
            if share.checks[data[ID]] == address and share.is_answer(message):
                self._give(share, address)
        else:
            return
        share.protocol.datagram_received(data, address)

    def _admit(self, share: "PortShare", address: Address) -> bool:
        """Give a connection an address that nobody has. False when the connection may not send from this address."""
        if address in share.addresses:
            return True
        if len(share.addresses) >= MOST_ADDRESSES or not share.allows(address[0]):
            return False
        share.addresses.add(address)
        self._by_address.setdefault(address, share)
        return True

    def _give(self, share: "PortShare", address: Address) -> None:
        """Give a connection an address that has answered its check, also when another connection had it."""
        if address in share.addresses or len(share.addresses) < MOST_ADDRESSES:
            share.addresses.add(address)
            self._by_address[address] = share


class PortShare(asyncio.DatagramTransport):
    """One connection's share of the port: a transport of its own to its protocol."""

    def __init__(self, port: UdpPort, name: str, protocol: StunProtocol) -> None:
        super().__init__()
        self.port, self.name, self.protocol = port, name, protocol
        self.addresses: set[Address] = set()
        self.checks: dict[bytes, Address] = {}
        """The addresses that checks were sent to, by transaction id."""
        self.allows: Callable[[str], bool] = lambda host: True
        """Tells whether the connection may send from an address."""
        self.on_media: Callable[[bytes], None] | None = None
        """Takes each RTP packet, still encrypted, at once. Without it RTP packets are queued like all others."""
        self._closed = False

    def sendto(self, data: Any, addr: Any = None) -> None:
        if int.from_bytes(data[:2]) == REQUEST:
            self.port.note_check(self, data, (addr[0], addr[1]))
        self.port.transport.sendto(data, addr)

    def is_signed(self, message: stun.Message) -> bool:
        """True for a request that is signed with the password that we gave the peer, and can be answered."""
        password = self.protocol.receiver.local_password
        return "PRIORITY" in message.attributes and message.check_message_integrity(password.encode())

    def is_answer(self, message: stun.Message) -> bool:
        """True for a success that is signed with the password that the peer gave us."""
        password = self.protocol.receiver.remote_password
        is_success = message.message_class == stun.Class.RESPONSE
        return is_success and password is not None and message.check_message_integrity(password.encode())

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.port.transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._closed

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.port.forget(self)
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()


def is_media(data: bytes) -> bool:
    """True for an RTP packet, False for RTCP and anything else (RFC 5761, 4)."""
    return FIRST_RTP_BYTE <= data[0] <= LAST_RTP_BYTE and len(data) > 1 and data[1] not in RTCP_TYPES


def parsed(data: bytes) -> stun.Message | None:
    """Read a STUN message; None when it is malformed."""
    try:
        return stun.parse_message(data)
    except (ValueError, struct.error):
        return None


async def open_port(addresses: list[str], port: int) -> dict[str, UdpPort]:
    """Open the same port on each address that can be used now; 0 takes a free port.

    Raises OSError when the port is taken, or when no address can be used.
    """
    loop, ports = asyncio.get_running_loop(), dict[str, UdpPort]()
    for address in addresses:
        try:
            _, shared = await loop.create_datagram_endpoint(UdpPort, local_addr=(address, port))
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            log.warning("no pictures go by %s: the address cannot be used", address)
            continue
        ports[address] = shared
        port = shared.transport.get_extra_info("sockname")[1]
    if not ports:
        raise OSError(errno.EADDRNOTAVAIL, f"none of the addresses {', '.join(addresses)} can be used")
    return ports
