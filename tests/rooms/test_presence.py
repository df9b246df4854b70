"""Presence: people, not tabs, not processes."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from rooms.presence import LEASE_MS, Presence
from tests.rooms.fakes import NOON

AMARA, BEN = uuid.uuid4(), uuid.uuid4()


def test_a_second_tab_is_not_a_second_delegate():
    presence = Presence()
    assert presence.arrive(AMARA)
    assert not presence.arrive(AMARA)
    assert presence.count == 1
    assert not presence.leave(AMARA)
    assert presence.leave(AMARA)
    assert presence.count == 0


def test_one_person_on_two_processes_is_one():
    presence = Presence()
    presence.arrive(AMARA)
    presence.hear_moved("other", {AMARA, BEN}, set(), now_ms=NOON)
    assert presence.count == 2
    presence.hear_moved("other", set(), {BEN}, now_ms=NOON)
    assert presence.count == 1


def test_what_others_are_told_is_who_moved_since_they_were_told():
    presence = Presence()
    presence.arrive(AMARA)
    presence.arrive(BEN)
    presence.leave(BEN)
    assert presence.take_moves() == ({AMARA}, {BEN})
    assert presence.take_moves() == (set(), set())
    presence.arrive(BEN)
    assert presence.state() == {AMARA, BEN}
    assert presence.take_moves() == (set(), set())


def test_a_process_that_says_so_takes_its_people_with_it_at_once():
    presence = Presence()
    presence.arrive(AMARA)
    presence.hear_all("other", {AMARA, BEN}, now_ms=NOON)
    assert presence.forget("other")
    assert presence.count == 1
    assert not presence.forget("other")


def test_a_process_that_died_takes_its_people_with_it_after_the_lease():
    presence = Presence()
    presence.hear_all("other", {AMARA, BEN}, now_ms=NOON)
    assert not presence.expire(now_ms=NOON + LEASE_MS - 1)
    assert presence.count == 2
    assert presence.expire(now_ms=NOON + LEASE_MS)
    assert presence.count == 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([AMARA, BEN]), st.booleans())))
def test_the_whole_set_mends_whatever_was_lost(moves):
    presence = Presence()
    for process, person, present in moves:
        came, left = ({person}, set()) if present else (set(), {person})
        presence.hear_moved(process, came, left, now_ms=NOON)
    presence.hear_all("a", {AMARA}, now_ms=NOON)
    presence.hear_all("b", {AMARA, BEN}, now_ms=NOON)
    assert presence.count == 2
