"""One UDP port for all connections, told apart by the user name in STUN requests and then by the sender's address.

A browser's first packets are STUN binding requests whose USERNAME begins with our name for the connection (RFC 8445,
7.2.2). Later packets from the same address belong to that connection.
"""

import asyncio
import errno
import logging
import socket
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

Address = tuple[str, int]

log = logging.getLogger("plenary.media")


class UdpPort(asyncio.DatagramProtocol):
    """One socket and the connections that share it."""

    def __init__(self) -> None:
        self.transport: asyncio.DatagramTransport
        self._by_name: dict[str, PortShare] = {}
        self._by_address: dict[Address, PortShare] = {}

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
            self._by_address.pop(address, None)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        address = (addr[0], addr[1])
        if data and data[0] > LAST_STUN_BYTE:
            known = self._by_address.get(address)
            if known is None:
                return
            if known.on_media is not None and is_media(data):
                known.on_media(data)
            else:
                known.protocol.receiver.data_received(data, known.protocol.local_candidate.component)
            return
        share = self._by_name.get(named_in(data)) or self._by_address.get(address)
        if share is not None:
            self.note(share, address)
            share.protocol.datagram_received(data, address)

    def note(self, share: "PortShare", address: Address) -> None:
        """Remember that packets from this address belong to this connection."""
        if address not in share.addresses and len(share.addresses) < MOST_ADDRESSES:
            share.addresses.add(address)
        if address in share.addresses:
            self._by_address[address] = share


class PortShare(asyncio.DatagramTransport):
    """One connection's share of the port: a transport of its own to its protocol."""

    def __init__(self, port: UdpPort, name: str, protocol: StunProtocol) -> None:
        super().__init__()
        self.port, self.name, self.protocol = port, name, protocol
        self.addresses: set[Address] = set()
        self.on_media: Callable[[bytes], None] | None = None
        """Takes each RTP packet, still encrypted, at once. Without it RTP packets are queued like all others."""
        self._closed = False

    def sendto(self, data: Any, addr: Any = None) -> None:
        if data[0] <= LAST_STUN_BYTE:
            self.port.note(self, (addr[0], addr[1]))
        self.port.transport.sendto(data, addr)

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


def named_in(data: bytes) -> str:
    """Return our name for the connection that a STUN request is meant for, or an empty string."""
    try:
        message = stun.parse_message(data)
    except ValueError:
        return ""
    return str(message.attributes.get("USERNAME", "")).partition(":")[0]


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
