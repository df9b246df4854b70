"""The shared port: whose packets those from an address are, and which addresses get packets from us."""

import asyncio
import struct
from collections.abc import AsyncIterator
from copy import copy
from typing import Any

import pytest
from aioice import stun
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from rooms.media.rtc import seam
from rooms.media.rtc.relay import Source
from rooms.media.rtc.udp_port import MOST_ADDRESSES, MOST_CHECKS, UdpPort, open_port
from tests.rooms.media.rtc.test_seam import HERE, SLICE, Listener, Pair, _opened, aiortc_as_it_was, here, pair
from tests.waiting import paced, until

__all__ = ["aiortc_as_it_was", "here", "pair"]

FINGERPRINT = "sha-256 " + ":".join(["6A"] * 32)
THEIR_NAME, THEIR_PASSWORD = "Wbi2", "9jWt7B3pHj2VtU8OfkkxlqOL"


def offer_naming(*candidates: tuple[str, int], more: str = "") -> str:
    """Write an offer of sound with these addresses as candidates."""
    lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0"]
    lines += ["a=sendonly", "a=rtcp-mux", f"a=ice-ufrag:{THEIR_NAME}", f"a=ice-pwd:{THEIR_PASSWORD}"]
    lines += [f"a=fingerprint:{FINGERPRINT}", "a=setup:actpass", "a=rtpmap:111 opus/48000/2"]
    lines += [f"a=candidate:{n} 1 udp {9_000 - n} {host} {port} typ host" for n, (host, port) in enumerate(candidates)]
    return "\r\n".join([*lines, *([more] if more else [])]) + "\r\n"


def ice_of(source: Source) -> Any:
    return source.connection.getTransceivers()[0].receiver.transport.transport._connection


def request_to(ice: Any, password: str) -> bytes:
    """Make a check that is signed with this password."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{ice.local_username}:{THEIR_NAME}"
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 7
    message.add_message_integrity(password.encode())
    return bytes(message)


@pytest.fixture
async def mallory(pair: Pair) -> AsyncIterator[Source]:
    """Another source at the port of the pair's, which has answered nothing yet."""
    seam.install({HERE: _opened[-1]})
    mallory = Source("mallory", 1, Listener(), on_arrival=lambda: None, on_end=lambda: None)
    yield mallory
    await mallory.close()


def amaras(pair: Pair) -> tuple[str, int]:
    """The address from which the pair's publisher sends."""
    return (HERE, _opened[0].transport.get_extra_info("sockname")[1])


async def still_arrive(pair: Pair) -> None:
    """Return once 20 more pictures of the pair's publisher have arrived."""
    before = len(pair.heard.pictures)
    for n in range(before, before + 20):
        pair.senders[1].forward(RtpPacket(96, 1, 65_530 + n & 0xFFFF, n * 3_000, 7, SLICE))
    await until(lambda: len(pair.heard.pictures) >= before + 20, within_s=10)


async def test_an_address_named_as_a_candidate_stays_with_its_owner(pair: Pair, mallory: Source):
    pair.send_pictures(6)
    await until(lambda: len(pair.heard.pictures) == 6)
    await mallory.answer(offer_naming(amaras(pair)))
    await until(lambda: any(pair_.task for pair_ in ice_of(mallory)._check_list))
    async for _ in paced(0.05, 6):
        pass
    await still_arrive(pair)


async def test_an_address_that_is_forged_stays_with_its_owner(pair: Pair, mallory: Source):
    pair.send_pictures(6)
    await until(lambda: len(pair.heard.pictures) == 6)
    await mallory.answer(offer_naming(("10.0.0.9", 40_000)))
    ours = ("127.0.0.1", _opened[-1].transport.get_extra_info("sockname")[1])
    for _ in range(5):
        _opened[0].transport.sendto(request_to(ice_of(mallory), ice_of(mallory).local_password), ours)
    async for _ in paced(0.05, 6):
        pass
    await still_arrive(pair)


async def test_a_check_without_our_password_gives_no_address(pair: Pair, mallory: Source):
    await mallory.answer(offer_naming())
    port, ice = _opened[-1], ice_of(mallory)
    share = port._by_name[ice.local_username]
    for number, data in enumerate([request_to(ice, "x" * 22), b"", b"\x00", bytes(20), b"\x17" * 40, b"\x90" * 40]):
        port.datagram_received(data, (HERE, 50_000 + number))
    assert share.addresses == set()
    port.datagram_received(request_to(ice, ice.local_password), (HERE, 50_000))
    assert share.addresses == {(HERE, 50_000)}


async def test_no_more_addresses_or_checks_are_remembered_than_fit(pair: Pair, mallory: Source):
    await mallory.answer(offer_naming())
    port, ice = _opened[-1], ice_of(mallory)
    share = port._by_name[ice.local_username]
    for number in range(MOST_ADDRESSES + 10):
        port.datagram_received(request_to(ice, ice.local_password), (HERE, 50_000 + number))
    assert len(share.addresses) == MOST_ADDRESSES
    for _ in range(MOST_CHECKS + 10):
        share.sendto(request_to(ice, THEIR_PASSWORD), (HERE, 50_000))
    assert len(share.checks) == MOST_CHECKS
    await mallory.close()
    await until(lambda: ice.local_username not in port._by_name)
    assert share not in port._by_check.values()
    assert share not in port._by_address.values()


class Service(asyncio.DatagramProtocol):
    """Another service of this machine, which counts the packets that it gets."""

    def __init__(self) -> None:
        self.packets = 0

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.packets += 1


@pytest.mark.parametrize(("told", "gets_any"), [("192.0.2.7", False), (HERE, True)])
async def test_loopback_gets_packets_only_from_an_installation_on_loopback(
    aiortc_as_it_was: None, told: str, gets_any: bool
):
    service = Service()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: service, local_addr=(HERE, 0))
    opened = (await open_port([HERE], 0))[HERE]
    _opened.append(opened)
    seam.install({told: opened})
    source = Source("mallory", 0, Listener(), on_arrival=lambda: None, on_end=lambda: None)
    await source.answer(offer_naming((HERE, transport.get_extra_info("sockname")[1])))
    async for _ in paced(0.05, 12):
        pass
    assert bool(service.packets) == gets_any
    await source.close()
    transport.close()


@pytest.mark.parametrize(
    ("host", "is_checked", "is_heard"),
    [
        ("10.1.2.3", True, True),
        ("192.168.1.9", True, True),
        ("100.64.0.1", True, True),
        ("fd00::9", True, True),
        ("2a00::9", True, True),
        ("203.0.113.7", False, True),
        ("::ffff:203.0.113.7", False, True),
        ("127.0.0.1", False, False),
        ("127.9.9.9", False, False),
        ("::1", False, False),
        ("::ffff:127.0.0.1", False, False),
        ("169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("fe80::1%eth0", False, False),
        ("224.0.0.251", False, False),
        ("ff02::fb", False, False),
        ("0.0.0.0", False, False),
        ("::", False, False),
        ("255.255.255.255", False, False),
        ("240.0.0.1", False, False),
        ("6f2a.local", False, False),
        ("localhost", False, False),
        ("printer.hospital.example", False, False),
        ("", False, False),
    ],
)
def test_each_kind_of_address_is_checked_and_heard_as_it_should(
    aiortc_as_it_was: None, host: str, is_checked: bool, is_heard: bool
):
    seam.install({"203.0.113.7": UdpPort()})
    assert (seam.may_be_checked(host), seam.may_send(host)) == (is_checked, is_heard)


async def test_of_many_candidates_the_first_are_checked_and_none_of_another_kind(pair: Pair, mallory: Source):
    odd = [("10.0.0.1", 53), ("10.0.0.1", 0), ("f00d.local", 40_000)]
    await mallory.answer(offer_naming(*odd, (HERE, 40_000)))
    ice = ice_of(mallory)
    [first] = ice.remote_candidates
    for number in range(1, 50):  # more than an offer may name
        more = copy(first)
        more.port = 40_000 + number
        await ice.add_remote_candidate(more)
    checked = ice.remote_candidates
    assert len(checked) == seam.MOST_CANDIDATES
    assert {(each.host, each.port) for each in checked} == {(HERE, 40_000 + n) for n in range(seam.MOST_CANDIDATES)}


async def test_whoever_says_that_there_are_no_candidates_is_waited_for(pair: Pair, mallory: Source):
    await mallory.answer(offer_naming(("f00d.local", 40_000), more="a=end-of-candidates"))
    async for _ in paced(0.05, 4):
        pass
    assert mallory.connection.iceConnectionState == "checking"


def headed(kind: int, length: int, rest: bytes) -> bytes:
    return struct.pack("!HHI", kind, length, stun.COOKIE) + rest


STUN = st.builds(headed, st.sampled_from([1, 0x101, 0x111, 0x11]), st.integers(0, 60), st.binary(max_size=80))


@given(st.binary(max_size=200) | STUN)
def test_whatever_comes_is_no_surprise(data: bytes):
    UdpPort().datagram_received(data, (HERE, 1))
