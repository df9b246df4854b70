"""Pictures and sounds assembled from packets that were lost, shuffled and sent again."""

import itertools
import random
from collections.abc import Iterator

import pytest

from rooms.media.rtc.assembler import (
    ASKED_AGAIN_AFTER_S,
    FIRST_ASKED_AFTER_S,
    MOST_MISSING,
    MOST_PICTURE_BYTES,
    MOST_WAITING,
    PICTURE_PATIENCE_S,
    SOUND_PATIENCE_S,
    START_CODE,
    Packet,
    PictureAssembler,
    SoundAssembler,
)

SPS, PPS, IDR, SLICE = b"\x67sps", b"\x68pps", b"\x65" + b"k" * 30, b"\x41" + b"p" * 20
STEP_TICKS = 3_000


def stap(*units: bytes) -> bytes:
    return b"\x78" + b"".join(len(unit).to_bytes(2) + unit for unit in units)


def fragments(unit: bytes, size: int = 10) -> list[bytes]:
    parts = [unit[1:][start : start + size] for start in range(0, len(unit) - 1, size)]
    head, kind = unit[0] & 0xE0 | 28, unit[0] & 0x1F
    flags = [0x80 if n == 0 else 0x40 if n == len(parts) - 1 else 0 for n in range(len(parts))]
    return [bytes([head, flag | kind]) + part for flag, part in zip(flags, parts, strict=True)]


def stream(pictures: int, *, every: int = 10, first: int = 0, first_ticks: int = 0) -> Iterator[Packet]:
    """Yield the packets of pictures 33 ms apart, a few packets each; one in `every` pictures is a keyframe."""
    sequence = first
    for number in range(pictures):
        payloads = [stap(SPS, PPS), *fragments(IDR)] if number % every == 0 else fragments(SLICE)
        for place, payload in enumerate(payloads):
            ends = place == len(payloads) - 1
            yield Packet(
                sequence & 0xFFFF, (first_ticks + number * STEP_TICKS) & 0xFFFFFFFF, ends, payload, number / 30
            )
            sequence += 1


def test_a_picture_is_put_together_from_its_packets():
    pictures = PictureAssembler()
    made = [picture for packet in stream(2) for picture in pictures.put(packet)]
    assert [picture.is_keyframe for picture in made] == [True, False]
    assert made[0].data == START_CODE + SPS + START_CODE + PPS + START_CODE + IDR
    assert made[1].data == START_CODE + SLICE


def test_nothing_is_shown_before_the_first_keyframe():
    pictures = PictureAssembler()
    late = [packet for packet in stream(12) if packet.rtp_ticks > 3 * STEP_TICKS]
    made = [picture for packet in late for picture in pictures.put(packet)]
    assert [picture.rtp_ticks for picture in made] == [10 * STEP_TICKS, 11 * STEP_TICKS]


def test_a_keyframe_without_its_parameter_sets_gets_the_last_ones():
    pictures = PictureAssembler()
    list(pictures.put(Packet(1, 0, True, stap(SPS, PPS, IDR), 0.0)))
    (again,) = pictures.put(Packet(2, STEP_TICKS, True, IDR, 0.1))
    assert again.data == START_CODE + SPS + START_CODE + PPS + START_CODE + IDR


def test_shuffled_packets_make_the_same_pictures():
    packets = list(stream(40))
    shuffled = [
        packets[0],
        *sorted(packets[1:], key=lambda each: each.sequence + random.Random(each.sequence).uniform(0, 6)),
    ]
    assert everything(PictureAssembler(), packets) == everything(
        PictureAssembler(), [each._replace(received_at_s=0.0) for each in shuffled]
    )


def test_numbers_that_wrap_do_not_go_back():
    made = everything(PictureAssembler(), list(stream(40, first=65_500, first_ticks=(1 << 32) - 10 * STEP_TICKS)))
    assert len(made) == 40
    assert [later - earlier for (earlier, _), (later, _) in itertools.pairwise(made)] == [STEP_TICKS] * 39


def test_a_lost_packet_is_asked_for_again_and_again_until_it_comes():
    pictures = PictureAssembler()
    packets = list(stream(3))
    lost = packets.pop(2)
    made = [picture for packet in packets for picture in pictures.put(packet)]
    assert made == []
    since_s = packets[2].received_at_s
    assert pictures.order.to_ask_for(since_s) == []
    assert pictures.order.to_ask_for(since_s + FIRST_ASKED_AFTER_S) == [lost.sequence]
    assert pictures.order.to_ask_for(since_s + FIRST_ASKED_AFTER_S + ASKED_AGAIN_AFTER_S / 2) == []
    assert pictures.order.to_ask_for(since_s + FIRST_ASKED_AFTER_S + ASKED_AGAIN_AFTER_S + 0.001) == [lost.sequence]
    assert len(list(pictures.put(lost._replace(received_at_s=since_s + 0.1)))) == 3
    assert pictures.order.to_ask_for(since_s + 1) == []
    assert not pictures.wants_keyframe


def test_what_needs_a_packet_that_never_came_is_dropped_up_to_the_next_keyframe():
    pictures = PictureAssembler()
    packets = [packet for packet in stream(22) if packet.sequence != 8]
    made = [picture for packet in packets for picture in pictures.put(packet)]
    assert pictures.order.lost == 1
    ats = [picture.rtp_ticks // STEP_TICKS for picture in made]
    assert ats[: ats.index(10)] == list(range(ats.index(10)))
    assert ats[ats.index(10) :] == list(range(10, 22))
    assert made[ats.index(10)].is_keyframe


def test_a_keyframe_is_wanted_while_pictures_are_dropped():
    pictures = PictureAssembler()
    packets = [packet for packet in stream(9) if packet.sequence != 8]
    for packet in packets:
        list(pictures.put(packet))
    list(pictures.take(packets[-1].received_at_s + PICTURE_PATIENCE_S))
    assert pictures.wants_keyframe


def test_a_stream_that_broke_off_begins_anew_at_its_keyframe():
    pictures = PictureAssembler()
    made = everything(pictures, [*stream(5), *stream(5, first=9_000, first_ticks=900_000)])
    assert [at for at, _ in made] == [0, 3_000, 6_000, 9_000, 12_000, 900_000, 903_000, 906_000, 909_000, 912_000]


def test_no_packet_of_a_heavily_damaged_stream_makes_a_damaged_picture():
    whole = dict(everything(PictureAssembler(), list(stream(300))))
    chance = random.Random(4)
    damaged = [packet for packet in stream(300) if chance.random() > 0.15]
    made = everything(PictureAssembler(), damaged)
    assert made
    assert all(whole[at] == data for at, data in made)


def test_a_lost_sound_is_not_waited_for_long():
    sounds = SoundAssembler()
    packets = [Packet(n, n * 960, True, b"opus%d" % n, n * 0.02) for n in range(20) if n != 5]
    made = [sound for packet in packets for sound in sounds.put(packet)]
    made += sounds.take(packets[-1].received_at_s + SOUND_PATIENCE_S)
    assert [sound.rtp_ticks // 960 for sound in made] == [n for n in range(20) if n != 5]


def held(pictures: PictureAssembler) -> int:
    """Count the bytes that an assembler holds."""
    waiting = sum(len(packet.payload) for packet in pictures.order._waiting.values())
    return waiting + sum(len(packet.payload) for packet in pictures._unit)


def endless(kind: str, chance: random.Random) -> Iterator[Packet]:
    """Yield packets without end, of a stream that is made to be kept."""
    for number in itertools.count():
        content, head = bytes(1_300), bytes([0x7C, 0x05])
        sequence, ticks = number, 0
        if kind == "gaps":
            sequence = number * 2
        elif kind == "leaps":
            sequence = number * 399
        elif kind == "shuffled":
            sequence = chance.randrange(1 << 16)
        elif kind == "begun again":
            head = bytes([0x7C, 0x85])
        elif kind == "crumbs":
            head, content = b"\x78", b"\x00\x01\x41" * 400
        payload = stap(SPS, PPS) if number == 0 else head + content
        yield Packet(sequence & 0xFFFF, ticks, False, payload, number / 50_000)


@pytest.mark.parametrize("kind", ["no end", "begun again", "crumbs", "gaps", "leaps", "shuffled"])
def test_a_picture_that_never_ends_is_dropped_and_the_next_keyframe_is_shown(kind: str):
    pictures = PictureAssembler()
    most, missing = 0, 0
    for packet in itertools.islice(endless(kind, random.Random(5)), 30_000):
        assert list(pictures.put(packet)) == []
        most, missing = max(most, held(pictures)), max(missing, len(pictures.order._missing))
    assert most <= MOST_PICTURE_BYTES + 1_500 * MOST_WAITING
    assert missing <= MOST_MISSING
    assert pictures.wants_keyframe
    sequence = pictures.order._highest + 20_000
    shown = everything(pictures, [*stream(3, first=sequence, first_ticks=900_000)])
    assert [at for at, _ in shown] == [900_000, 903_000, 906_000]


def test_a_picture_of_too_many_units_or_with_an_overlong_parameter_set_is_dropped():
    crumbs = b"\x78" + b"\x00\x01\x41" * 400
    for payloads in ([stap(SPS, PPS), *[crumbs] * 6], [*fragments(b"\x67" + bytes(2_000), 1_200), stap(PPS, IDR)]):
        pictures = PictureAssembler()
        packets = [Packet(n, 0, n == len(payloads) - 1, payload, 0.0) for n, payload in enumerate(payloads)]
        assert everything(pictures, packets) == []
        assert pictures.wants_keyframe


def test_fragments_without_a_beginning_make_no_unit():
    pictures = PictureAssembler()
    lone = fragments(IDR)[1:]
    packets = [Packet(n, 0, n == len(lone), payload, 0.0) for n, payload in enumerate([stap(SPS, PPS), *lone])]
    assert everything(pictures, packets) == []


def everything(pictures: PictureAssembler, packets: list[Packet]) -> list[tuple[int, bytes]]:
    made = [picture for packet in packets for picture in pictures.put(packet)]
    made += pictures.take(1_000)
    return [(picture.rtp_ticks, picture.data) for picture in made]
