"""Reactions: the credits, the inbox and the counts."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from rooms.protocol import EMOJI, REASONS
from rooms.reactions import Count, Credits, Inbox, Tap, TapKey
from rooms.topics.reactions import ledger_of, totals_of
from tests.rooms.fakes import NOON

AMARA = uuid.uuid4()


def a_tap(n: int) -> Tap:
    return Tap(TapKey(AMARA, "00000000000000aa", n), uuid.uuid4(), "clap", "live", "accepted", NOON, None)


def test_ten_claps_at_once_are_taken_and_the_eleventh_is_not():
    credits = Credits()
    assert [credits.spend(AMARA, now_ms=NOON) for _ in range(11)] == [True] * 10 + [False]


def test_a_minute_of_applause_is_two_a_second_after_the_first_ten():
    credits = Credits()
    taken = sum(credits.spend(AMARA, now_ms=NOON + ms) for ms in range(0, 60_000, 100))
    assert 10 + 2 * 59 <= taken <= 10 + 2 * 60


def test_one_persons_applause_does_not_cost_another_anything():
    credits = Credits()
    while credits.spend(AMARA, now_ms=NOON):
        pass
    assert credits.spend(uuid.uuid4(), now_ms=NOON)


def test_those_whose_credits_are_full_again_are_forgotten_and_lose_nothing():
    credits = Credits()
    credits.spend(AMARA, now_ms=NOON)
    credits.forget(now_ms=NOON + 5_000)
    assert [credits.spend(AMARA, now_ms=NOON + 5_000) for _ in range(11)].count(True) == 10


def test_a_full_inbox_is_busy_and_at_twice_its_limit_takes_nothing():
    inbox = Inbox(limit=2)
    seen = [(inbox.is_busy, inbox.offer(a_tap(n))) for n in range(1, 6)]
    assert seen == [(False, True), (False, True), (True, True), (True, True), (True, False)]


def test_what_is_put_back_is_taken_first_and_in_order():
    inbox = Inbox()
    for n in range(1, 5):
        inbox.offer(a_tap(n))
    inbox.put_back(inbox.take(2))
    assert [tap.key.n for tap in inbox.take(9)] == [1, 2, 3, 4]


counts = st.builds(
    Count,
    accepted=st.dictionaries(
        st.sampled_from(["live", "on demand"]), st.dictionaries(st.sampled_from(EMOJI), st.integers(0, 9))
    ),
    refused=st.dictionaries(st.sampled_from(REASONS), st.integers(0, 9)),
    dropped=st.integers(0, 9),
)


@given(st.lists(counts), st.randoms())
def test_numbers_that_come_late_twice_or_out_of_order_end_the_same(heard, random):
    shuffled = [*heard, *heard]
    random.shuffle(shuffled)
    straight, muddled = Count({}, {}), Count({}, {})
    for count in heard:
        straight.raise_to(count)
    for count in shuffled:
        muddled.raise_to(count)
    assert (totals_of(straight), ledger_of(straight)) == (totals_of(muddled), ledger_of(muddled))


@given(counts)
def test_tapped_is_accepted_plus_refused(count):
    ledger = ledger_of(count)
    assert ledger.tapped == ledger.accepted + sum(ledger.refused.values())
    assert ledger.accepted == sum(totals_of(count).totals.values())
