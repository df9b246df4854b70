"""Offers and calls made to do harm, against a real worker: each is answered or refused in time, and leaves nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rooms import control
from rooms.control import Call, Direct, Leave, Publish, Watch
from rooms.media.rtc import relay
from rooms.media.worker import MediaWorker
from rooms.offers import (
    MOST_CANDIDATES,
    MOST_CODECS,
    MOST_KEPT_CODECS,
    MOST_SECTIONS,
    MOST_SENT_SECTIONS,
    OFFER_LIMIT_BYTES,
    OFFERS_AT_ONCE,
)
from server.media.line import MediaLine, MediaRefused
from server.media.whereabouts import listen_address
from server.settings import Settings
from tests.media.listening import KEY, working_at
from tests.rooms.media.rtc.test_seam import _opened, aiortc_as_it_was, another_port
from tests.waiting import until

__all__ = ["aiortc_as_it_was"]

ANSWERED_WITHIN_S = 60
"""For a call that hangs; the slowest takes a fraction of a second."""
FINGERPRINT = "sha-256 " + ":".join(["6A"] * 32)
STAGE = "main"
MEDIA = ("audio", "video")
UNHURRIED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@dataclass
class House:
    """A worker, and the line of a web process to it."""

    worker: MediaWorker
    line: MediaLine
    address: str
    calls: int = 0

    async def outcome(self, offer: str, *, publishes: bool = False) -> str:
        """Send an offer; returns `answered`, or the reason why it was refused. An answered one is ended at once."""
        self.calls += 1
        name = f"n{self.calls}"
        call = Publish(STAGE, name, name, 0, offer) if publishes else Watch(STAGE, name, name, None, offer)
        try:
            await self.line.describe(call)
        except MediaRefused as refused:
            return refused.reason
        await self.line.tell(Leave(STAGE, name))
        return "answered"

    @property
    def is_empty(self) -> bool:
        """True when there is no source, watcher, connection or slot."""
        stages = self.worker.stages._stages.values()
        ports = [port for opened in _opened for port in (opened._by_name, opened._by_address)]
        return all(stage.is_idle for stage in stages) and not any(ports)


@pytest.fixture
async def house(aiortc_as_it_was: None, tmp_path: Path) -> AsyncIterator[House]:
    await another_port()
    places = Settings(data=tmp_path)
    async with working_at(places, tmp_path) as worker:
        line = MediaLine(places, KEY)
        running = asyncio.create_task(line.run(hear))
        await until(lambda: line.is_open)
        yield House(worker, line, listen_address(places))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def hear(_: control.News) -> None: ...


@dataclass
class Section:
    """A media section of an offer that is being written."""

    medium: str = "video"
    codecs: int = 1
    candidates: int = 1
    lines: int = 0
    for_all: int = 0
    host: str = "127.0.0.1"


def offer_of(sections: list[Section], *, bundled: bool = True, more: str = "") -> str:
    """Write an offer with these sections."""
    mids = " ".join(map(str, range(len(sections))))
    lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    lines += [f"a=group:BUNDLE {mids}"] if bundled else []
    for mid, section in enumerate(sections):
        types = [96 + number % 32 if number < 32 else 3 + number for number in range(section.codecs)]
        lines.append(f"m={section.medium} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, types))}")
        lines += [f"a=mid:{mid}", "a=recvonly", "a=rtcp-mux", "a=ice-ufrag:Wbi2", "a=ice-pwd:9jWt7B3pHj2VtU8OfkkxlqOL"]
        lines += [f"a=fingerprint:{FINGERPRINT}", "a=setup:actpass", *([more] if more else [])]
        for kind in types:
            lines.append(f"a=rtpmap:{kind} " + ("opus/48000/2" if section.medium == "audio" else "H264/90000"))
            if section.medium == "video":
                lines.append(f"a=fmtp:{kind} packetization-mode=1;profile-level-id=42e01f")
        lines += [
            f"a=candidate:{n} 1 udp {2_000 - n} {section.host} {40_000 + n} typ host" for n in range(section.candidates)
        ]
        lines += ["a=rtcp-fb:96 nack"] * section.lines
        lines += ["a=rtcp-fb:* nack"] * section.for_all
    return "\r\n".join(lines) + "\r\n"


def largest_offer() -> str:
    """Write an offer that is at the bounds: every section, codec, candidate and line that may be."""
    heads = [Section("audio", candidates=MOST_CANDIDATES), Section("video", MOST_KEPT_CODECS, candidates=0)]
    more = [Section("audio", candidates=0), Section("video", MOST_KEPT_CODECS, candidates=0, lines=200)] * 7
    return offer_of([*heads, *more])


def some_sections(up_to: int) -> st.SearchStrategy[list[Section]]:
    one = st.builds(
        Section,
        medium=st.sampled_from(["audio", "video", "application", "text"])
        if up_to < 3
        else st.sampled_from(["audio", "video"]),
        codecs=st.integers(0, MOST_CODECS + 2),
        candidates=st.integers(0, MOST_CANDIDATES + 2),
        lines=st.sampled_from([0, 1, 30, 300, 500]),
        for_all=st.integers(0, 17),
        host=st.sampled_from(["127.0.0.1", "10.1.2.3", "169.254.0.1", "f00d.local", "fe80::1", "255.255.255.255", "x"]),
    )
    return st.lists(one, min_size=1, max_size=up_to)


def put_in(offer: str, at: int, words: str) -> str:
    return offer[:at] + words + offer[at:]


OFFERS = st.one_of(
    st.builds(offer_of, some_sections(MOST_SECTIONS + 2), bundled=st.booleans()),
    st.builds(offer_of, some_sections(2), more=st.text(max_size=60).map(lambda words: f"a={words}")),
    st.builds(
        lambda offer, at, words: offer[:at] + words + offer[at:],
        st.builds(offer_of, some_sections(3)),
        st.integers(0, 900),
        st.text(max_size=30),
    ),
    st.builds(lambda section, count: offer_of([section] * count), st.builds(Section), st.integers(17, 2_000)),
    st.builds(lambda words, count: "v=0\r\n" + words * count, st.text(min_size=1, max_size=9), st.integers(0, 60_000)),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=UNHURRIED,
)
@given(offer=OFFERS, publishes=st.booleans())
async def test_whatever_is_offered_is_answered_or_refused_in_time_and_leaves_nothing(
    house: House, offer: str, publishes: bool
):
    async with asyncio.timeout(ANSWERED_WITHIN_S):
        await house.outcome(offer, publishes=publishes)
    await until(lambda: house.is_empty)
    assert house.line.is_open


@pytest.mark.parametrize(
    ("offer", "outcome"),
    [
        (offer_of([Section("audio"), Section("video"), Section("video")]), "answered"),
        (offer_of([Section()] * (MOST_SECTIONS + 1)), "too-large"),
        (offer_of([Section()] * 2_000), "too-large"),
        (offer_of([Section()] * 300), "too-large"),
        (offer_of([Section()]) + "a=x\r\n" * 100_000, "too-large"),
        ("v=0\r\n" + "x" * (OFFER_LIMIT_BYTES + 1), "too-large"),
        (offer_of([Section(candidates=MOST_CANDIDATES + 1)]), "too-large"),
        (offer_of([Section(codecs=MOST_CODECS + 1)]), "too-large"),
        (offer_of([Section(lines=400)]), "too-large"),
        (offer_of([Section(for_all=17)]), "too-large"),
        (offer_of([Section("audio"), Section("application")]), "only-media"),
        (offer_of([Section("audio"), Section("video")], bundled=False), "bad-offer"),
        (offer_of([Section()]).replace("\r\n", "\u2028"), "bad-offer"),
        ("", "bad-offer"),
    ],
)
@pytest.mark.parametrize("publishes", [True, False])
async def test_an_offer_over_a_bound_is_refused_for_its_own_reason(
    house: House, offer: str, outcome: str, publishes: bool
):
    assert await house.outcome(offer, publishes=publishes) == outcome
    await until(lambda: house.is_empty)
    assert await house.outcome(offer_of([Section("audio"), Section("video")]), publishes=publishes) == "answered"


async def test_a_watcher_may_offer_a_section_for_every_slot_and_a_publisher_only_what_is_sent(house: House):
    every_slot = offer_of([Section("audio"), Section("video")] * 8)
    assert await house.outcome(every_slot) == "answered"
    assert await house.outcome(every_slot, publishes=True) == "too-large"
    assert await house.outcome(offer_of([Section()] * MOST_SENT_SECTIONS), publishes=True) == "answered"
    assert await house.outcome(offer_of([Section()] * (MOST_SENT_SECTIONS + 1)), publishes=True) == "too-large"


async def test_an_answer_that_would_not_fit_is_a_refusal_without_a_ghost(house: House, monkeypatch: pytest.MonkeyPatch):
    usual = offer_of([Section("audio"), Section("video")])
    with monkeypatch.context() as smaller:
        smaller.setattr(relay, "OFFER_LIMIT_BYTES", 1_000)
        for publishes in (True, False):
            assert await house.outcome(usual, publishes=publishes) == "too-large"
    await until(lambda: house.is_empty)
    assert await house.outcome(usual, publishes=True) == "answered"


async def test_the_largest_offers_at_once_are_each_answered_or_refused(house: House):
    largest = largest_offer()
    assert len(largest) < OFFER_LIMIT_BYTES
    outcomes = await asyncio.gather(*(house.outcome(largest) for _ in range(16)))
    assert set(outcomes) <= {"answered", "full"}


async def test_whoever_offers_without_end_waits_and_others_do_not(house: House):
    for number in range(OFFERS_AT_ONCE):
        with pytest.raises(MediaRefused, match="bad-offer"):
            await house.line.describe(Watch(STAGE, f"n{number}", "mallory", None, ""))
    with pytest.raises(MediaRefused, match="too-many"):
        await house.line.describe(Watch(STAGE, "one more", "mallory", None, ""))
    with pytest.raises(MediaRefused, match="bad-offer"):
        await house.line.describe(Watch(STAGE, "ben", "ben", None, ""))


LONG = "x" * 300_000
OVERSIZE: list[Call] = [
    Publish(LONG, "a", "a", 0, ""),
    Publish(STAGE, LONG, "a", 0, ""),
    Publish(STAGE, "a", LONG, 0, ""),
    Publish(STAGE, "a", "a", 0, LONG),
    Watch(LONG, "a", "a", None, ""),
    Watch(STAGE, LONG, "a", None, ""),
    Watch(STAGE, "a", LONG, None, ""),
    Watch(STAGE, "a", "a", None, LONG),
    Leave(LONG, "a"),
    Leave(STAGE, LONG),
    Direct(LONG, None, None, [], False),
    Direct(STAGE, LONG, None, [], False),
    Direct(STAGE, None, LONG, [], False),
    Direct(STAGE, None, None, ["a"] * 100_000, False),
    Direct(STAGE, None, None, [], False, signing=LONG),
]


def test_each_field_of_each_call_that_can_be_long_has_its_row():
    long = {(type(call), name) for call in OVERSIZE for name in call.__struct_fields__ if is_long(getattr(call, name))}
    fields = {
        (call, name)
        for call in control.AnyCall.__args__
        for name, kind in call.__annotations__.items()
        if "str" in str(kind)
    }
    assert long == fields


def is_long(value: object) -> bool:
    return isinstance(value, str | list) and len(value) >= 100_000


@pytest.mark.parametrize("call", OVERSIZE, ids=lambda call: type(call).__name__)
async def test_an_oversize_field_costs_its_sender_only_that_call(house: House, call: Call):
    for _ in range(2):
        with pytest.raises(MediaRefused, match="too-large"):
            await house.line._call(call)
    assert await house.outcome(offer_of([Section()])) == "answered"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"x" * (control.FRAME_LIMIT_BYTES + 1), b'{"n":1}', b'{"n":1,"grant":"","call":{}}' + b" " * 400_000],
)
async def test_a_frame_that_cannot_be_read_is_left_out_and_the_next_one_is_answered(house: House, content: bytes):
    writer = house.line._writer
    assert writer is not None
    writer.write(control.frame(content))
    assert await house.outcome(offer_of([Section()])) == "answered"


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"type":"publish"}', b'{"type":"leave","stage":1}'])
async def test_a_signed_call_that_cannot_be_read_is_refused(house: House, content: bytes):
    with pytest.raises(MediaRefused, match="bad-call"):
        await house.line._call(control.raw(content))
    assert house.line.is_open
