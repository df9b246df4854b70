"""Transport-wide feedback, byte by byte as in the draft."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from rooms.media.rtc.congestion import MOST_NOTED, REFERENCE_TICKS, TICK_S, Arrivals, nearest

SENDER, MEDIA = 0x11223344, 0x55667788


def ticks_s(count: int) -> float:
    return (count + 0.5) * TICK_S


def test_a_report_is_what_the_draft_says():
    arrivals = Arrivals()
    arrivals.note(100, ticks_s(REFERENCE_TICKS * 3 + 4))
    arrivals.note(101, ticks_s(REFERENCE_TICKS * 3 + 8))
    arrivals.note(103, ticks_s(REFERENCE_TICKS * 3 + 1_000))
    assert arrivals.report(SENDER, MEDIA) == bytes.fromhex(
        "af cd 00 06"  # version 2 with padding, FMT 15, RTPFB, 6 words beyond this one
        "11 22 33 44  55 66 77 88"
        "00 64  00 04"  # base sequence number 100, four packets
        "00 00 03  00"  # reference time 3 (64 ms each), the first report
        "d4 80"  # a vector of two-bit symbols: near, near, lost, far, then nothing
        "04 04  03 e0"  # 1 ms, 1 ms, then 248 ms in two bytes
        "00 02"
    )
    assert arrivals.report(SENDER, MEDIA) is None


def test_the_next_report_begins_where_the_last_ended():
    arrivals = Arrivals()
    arrivals.note(7, 1.0)
    arrivals.report(SENDER, MEDIA)
    arrivals.note(10, 1.1)
    base, count, time_and_count = struct.unpack("!HHI", arrivals.report(SENDER, MEDIA)[12:20])
    assert (base, count, time_and_count & 0xFF) == (8, 3, 1)


def test_an_overtaken_packet_has_a_negative_distance():
    arrivals = Arrivals()
    arrivals.note(1, ticks_s(100))
    arrivals.note(3, ticks_s(110))
    arrivals.note(2, ticks_s(120))
    report = arrivals.report(SENDER, MEDIA)
    assert struct.unpack("!Bbh", report[22:24] + report[24:26]) == (100, 20, -10)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60, unique=True), st.integers(0, 65_535))
def test_every_packet_that_came_is_told_of_once_and_no_other(came: list[int], first: int):
    arrivals = Arrivals()
    for each in [0, *sorted(came)]:
        arrivals.note((first + each) & 0xFFFF, 1.0 + each * 0.001)
    report = arrivals.report(SENDER, MEDIA)
    base, count = struct.unpack("!HH", report[12:16])
    words = struct.unpack(f"!{-(-count // 7)}H", report[20 : 20 + 2 * -(-count // 7)])
    symbols = [word >> shift & 3 for word in words for shift in range(12, -1, -2)][:count]
    assert base == first
    assert {place for place, symbol in enumerate(symbols) if symbol} == {0, *came}
    assert len(report) % 4 == 0


@given(st.integers(-(1 << 40), 1 << 40), st.integers(-30_000, 30_000))
def test_a_wrapped_number_is_unwrapped_to_the_nearest(whole: int, step: int):
    assert nearest((whole + step) % (1 << 16), whole, 1 << 16) == whole + step


def test_arrivals_with_ever_larger_gaps_are_not_kept_without_end():
    arrivals = Arrivals()
    for number in range(3 * MOST_NOTED):
        arrivals.note(number * 30_000 & 0xFFFF, number / 10_000)
        assert len(arrivals._ticks) <= MOST_NOTED
