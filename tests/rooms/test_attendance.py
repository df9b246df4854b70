"""Stays: grown while somebody watches, never invented."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from rooms.attendance import EXTEND_MS, Stays
from tests.rooms.fakes import NOON

KEYNOTE, AMARA, BEN = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


class Rows(dict):
    """The stays in the database."""

    def write(self, stays, now_ms):
        due = stays.due(now_ms=now_ms)
        self.update({stay.id: stay for stay in due})
        stays.written(due)
        return len(due)


def test_a_stay_is_one_row_however_long():
    stays, rows = Stays(), Rows()
    for second in range(0, 3600):
        stays.observe(KEYNOTE, {AMARA}, at_ms=NOON + second * 1000)
        rows.write(stays, NOON + second * 1000)
    [stay] = rows.values()
    assert stay.started_ms == NOON
    assert 3600_000 - EXTEND_MS <= stay.seen_ms - NOON < 3600_000


def test_between_two_extensions_nothing_is_written():
    stays, rows = Stays(), Rows()
    stays.observe(KEYNOTE, {AMARA}, at_ms=NOON)
    assert rows.write(stays, NOON) == 1
    stays.observe(KEYNOTE, {AMARA}, at_ms=NOON + 1000)
    assert rows.write(stays, NOON + 1000) == 0


def test_who_leaves_is_credited_to_that_second_and_a_return_is_a_new_stay():
    stays, rows = Stays(), Rows()
    stays.observe(KEYNOTE, {AMARA, BEN}, at_ms=NOON)
    stays.observe(KEYNOTE, {BEN}, at_ms=NOON + 10_000)
    stays.observe(KEYNOTE, {AMARA, BEN}, at_ms=NOON + 60_000)
    rows.write(stays, NOON + 60_000)
    amara = sorted((s.started_ms - NOON, s.seen_ms - NOON) for s in rows.values() if s.person == AMARA)
    assert amara == [(0, 10_000), (60_000, 60_000)]


def test_no_stay_reaches_beyond_the_sessions_end():
    stays, rows = Stays(), Rows()
    stays.observe(KEYNOTE, {AMARA}, at_ms=NOON)
    stays.observe(KEYNOTE, (), at_ms=NOON + 20_000, end_ms=NOON + 15_000)
    rows.write(stays, NOON + 20_000)
    assert [stay.seen_ms for stay in rows.values()] == [NOON + 15_000]


def test_a_process_that_slept_for_an_hour_credits_nobody_with_it():
    stays, rows = Stays(), Rows()
    for second in (0, 1, 3600, 3601):
        stays.observe(KEYNOTE, {AMARA}, at_ms=NOON + second * 1000)
    stays.observe(KEYNOTE, (), at_ms=NOON + 3602_000)
    rows.write(stays, NOON + 3602_000)
    assert sum(stay.seen_ms - stay.started_ms for stay in rows.values()) == 3_000


def test_a_clock_that_is_set_back_credits_what_was_watched_before_and_after():
    stays, rows = Stays(), Rows()
    for steady, second in enumerate((0, 1, 2, -3600, -3599, -3598)):
        stays.observe(KEYNOTE, {AMARA}, at_ms=NOON + second * 1000)
        rows.write(stays, steady * EXTEND_MS)
    spans = sorted((stay.started_ms - NOON, stay.seen_ms - NOON) for stay in rows.values())
    assert spans == [(-3600_000, -3598_000), (0, 2_000)]


def test_what_could_not_be_written_stays_due():
    stays = Stays()
    stays.observe(KEYNOTE, {AMARA}, at_ms=NOON)
    first = stays.due(now_ms=NOON)
    stays.observe(KEYNOTE, (), at_ms=NOON + 5_000)
    stays.written(first)
    [stay] = stays.due(now_ms=NOON + 5_000)
    assert stay.seen_ms == NOON + 5_000


@given(st.lists(st.sets(st.sampled_from([AMARA, BEN])), min_size=1, max_size=200))
def test_nobody_is_credited_a_second_that_was_not_observed(seconds):
    stays, rows = Stays(), Rows()
    for second, there in enumerate(seconds):
        now_ms = NOON + second * 1000
        stays.observe(KEYNOTE, there, at_ms=now_ms)
        rows.write(stays, now_ms)
    for person in (AMARA, BEN):
        credited = sum(stay.seen_ms - stay.started_ms for stay in rows.values() if stay.person == person)
        assert credited <= 1000 * sum(person in there for there in seconds)
