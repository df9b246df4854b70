"""Attacks on a media process beside a speaker on air: the speaker is heard, and calls are answered as before."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtpPacket

from loadtests.results import Figure, record
from rooms import control
from rooms.control import Direct, Leave, Publish, Watch
from rooms.media.rtc import seam
from rooms.media.rtc.samples import SenderReport
from server.media.line import MediaLine, MediaRefused
from server.media.process import begin, start, stop
from server.settings import Settings
from server.trust.secret import derive, load_secret
from tests.media.test_hostile_calls import Section, hear, largest_offer, offer_of
from tests.rooms.media.rtc.test_seam import HERE, _opened, aiortc_as_it_was, another_port
from tests.waiting import paced, until

__all__ = ["aiortc_as_it_was"]

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

STAGE = "main"
PACKET_S, PACKET_TICKS = 0.02, 960
LARGEST = largest_offer()


@dataclass
class Beside:
    """A speaker on air, somebody who hears the speaker, and the lines of two web processes: ours and the attacker's."""

    ours: MediaLine
    theirs: MediaLine
    speaker: RTCPeerConnection
    speaker_port: int
    heard_at_s: list[float] = field(default_factory=list)
    sent: int = 0

    def packet(self, receiver: object, packet: RtpPacket) -> None:
        self.heard_at_s.append(time.monotonic())

    def report(self, receiver: object, report: SenderReport) -> None: ...
    def over(self) -> None: ...

    async def measure(self, seconds: float) -> "Reading":
        """Speak for a while, and call the media process ten times a second."""
        self.heard_at_s.clear()
        took_s, before = list[float](), self.sent
        async for n in paced(PACKET_S, round(seconds / PACKET_S)):
            self.sent += 1
            packet = RtpPacket(111, 0, self.sent & 0xFFFF, self.sent * PACKET_TICKS, 8, b"opus")
            self.speaker.getSenders()[0].forward(packet)
            if n % 5 == 0:
                began_s = time.monotonic()
                with pytest.raises(MediaRefused, match="unknown"):
                    await self.ours.tell(Leave(STAGE, "nobody"))
                took_s.append(time.monotonic() - began_s)
        pairs = zip(self.heard_at_s, self.heard_at_s[1:], strict=False)
        gaps_s = [later - earlier for earlier, later in pairs]
        return Reading(p99(took_s), max(gaps_s, default=seconds), len(self.heard_at_s) / (self.sent - before))


@dataclass
class Reading:
    """The 99th percentile of answers, the longest silence, both in seconds; and the share of packets that arrived."""

    answered_s: float
    silence_s: float
    share: float


def p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))]


@pytest.fixture
async def beside(aiortc_as_it_was: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Beside]:
    monkeypatch.setenv("PLENARY_MEDIA_ADDRESS", HERE)
    settings = Settings(data=tmp_path)
    key = derive(load_secret(settings), "media")
    process = await start(settings)
    begin(process)
    lines = [MediaLine(settings, key), MediaLine(settings, key)]
    running = [asyncio.create_task(connected(line)) for line in lines]
    await until(lambda: all(line.is_open for line in lines))
    speaker, hearer = await connection("sendonly"), await connection("recvonly")
    made = Beside(*lines, speaker, _opened[0].transport.get_extra_info("sockname")[1])
    hearer.getReceivers()[0].listener = made
    await answered(speaker, lines[0], lambda offer: Publish(STAGE, "amara", "amara", 0, offer))
    await lines[0].tell(Direct(STAGE, None, "amara", ["amara"], False))
    await answered(hearer, lines[0], lambda offer: Watch(STAGE, "ben", "ben", None, offer))
    await until(lambda: speaker.getSenders()[0]._payload_type is not None)

    async def is_heard() -> bool:
        return (await made.measure(0.2)).share > 0

    await until(is_heard)
    yield made
    await asyncio.gather(speaker.close(), hearer.close())
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await stop(process)


async def connected(line: MediaLine) -> None:
    """Keep a line open from the time at which the media process listens."""
    async for _ in paced(0.1, 10_000):
        await line.run(hear)


async def connection(direction: str) -> RTCPeerConnection:
    """A connection with a port of its own, which has made its offer."""
    await another_port()
    made = seam.new_connection()
    made.addTransceiver("audio", direction=direction)
    await made.setLocalDescription(await made.createOffer())
    return made


async def answered(made: RTCPeerConnection, line: MediaLine, call: Callable[[str], control.AnyCall]) -> None:
    answer = await line.describe(call(made.localDescription.sdp))
    await made.setRemoteDescription(RTCSessionDescription(answer, "answer"))


async def pause(seconds: float) -> None:
    """Keep an attack to a pace."""
    async for _ in paced(seconds, 2):
        pass


_numbers = count()


async def offer(beside: Beside, content: str, person: str = "") -> None:
    """Offer on another stage, as somebody new unless named; what is answered is ended."""
    name = f"n{next(_numbers)}"
    try:
        await beside.theirs.describe(Watch("other", name, person or name, None, content))
        await beside.theirs.tell(Leave("other", name))
    except MediaRefused:
        await pause(0.01)


async def sections(beside: Beside) -> None:
    """Offer 2,000 sections past the web process's check."""
    writer = beside.theirs._writer
    assert writer is not None
    writer.write(control.frame(control.encode(offer_of([Section()] * 2_000))))
    await offer(beside, offer_of([Section()] * 300))


async def largest(beside: Beside) -> None:
    await asyncio.gather(*(offer(beside, LARGEST, f"mallory {n}") for n in range(16)))


async def address(beside: Beside) -> None:
    """Name the speaker's address as a candidate."""
    named = (
        offer_of([Section("audio", candidates=0)]) + f"a=candidate:1 1 udp 9 {HERE} {beside.speaker_port} typ host\r\n"
    )
    name = f"n{next(_numbers)}"
    try:
        await beside.theirs.describe(Watch("other", name, "mallory", None, named))
        await pause(0.3)
        await beside.theirs.tell(Leave("other", name))
    except MediaRefused:
        await pause(0.1)


@pytest.mark.parametrize("attack", [sections, largest, address])
async def test_an_attack_on_a_stage_is_not_noticed_on_another(
    beside: Beside, attack: Callable[[Beside], Awaitable[None]], soak: bool
):
    seconds = 60.0 if soak else 3.0
    before = await beside.measure(seconds)

    async def go_on() -> None:
        while True:
            await attack(beside)

    attacking = asyncio.create_task(go_on())
    during = await beside.measure(seconds)
    assert not attacking.done()
    attacking.cancel()
    await asyncio.gather(attacking, return_exceptions=True)
    assert during.share > 0.95
    assert beside.ours.is_open
    assert beside.theirs.is_open
    figures = [
        Figure("Calls answered before, 99 %", [1000 * before.answered_s], "ms"),
        Figure("Calls answered during the attack, 99 %", [1000 * during.answered_s], "ms"),
        Figure("Longest silence before", [1000 * before.silence_s], "ms"),
        Figure("Longest silence during the attack", [1000 * during.silence_s], "ms"),
        Figure("Packets that arrived during the attack", [100 * during.share], "%"),
    ]
    if soak:
        print(record(f"Attack on a media process: {attack.__name__}", "make soak", figures))
    else:
        print(attack.__name__, [(figure.name, round(figure.median, 1)) for figure in figures])
