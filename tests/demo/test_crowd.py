"""The crowd is plausible, and always the same."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from server.demo.crowd import Synthetic, crowd_ids, draw_crowd, draw_visits
from server.demo.script import read_script
from server.demo.timetable import AgendaSlot

NOW = datetime(2025, 6, 28, 13, 42, tzinfo=UTC)
SCRIPT = read_script()
ENDED = AgendaSlot("keynote", "keynote", NOW - timedelta(minutes=80), NOW - timedelta(minutes=60))
LIVE = AgendaSlot("hearts", "hearts", NOW - timedelta(minutes=10), NOW + timedelta(minutes=10))
COMING = AgendaSlot("minds", "minds", NOW + timedelta(minutes=15), NOW + timedelta(minutes=35))


@pytest.fixture(scope="module")
def crowd() -> list[Synthetic]:
    return list(draw_crowd(SCRIPT.crowd, NOW))


def test_the_same_crowd_comes_every_time(crowd: list[Synthetic]) -> None:
    later = NOW + timedelta(days=7)
    assert [person.id for person in draw_crowd(SCRIPT.crowd, later)] == crowd_ids(SCRIPT.crowd)
    assert [person.name for person in draw_crowd(SCRIPT.crowd, later)] == [person.name for person in crowd]


def test_everybody_has_a_name_and_an_address_of_their_own(crowd: list[Synthetic]) -> None:
    assert len({p.name for p in crowd}) == len({p.email for p in crowd}) == len(crowd) == 120
    assert all(person.email.endswith(".invalid") for person in crowd)


def test_registrations_spread_over_the_days_before(crowd: list[Synthetic]) -> None:
    days = Counter((NOW - person.registered_at).days for person in crowd)
    assert all(person.registered_at < NOW for person in crowd)
    assert len(days) > 12


def test_every_place_and_sector_sends_somebody(crowd: list[Synthetic]) -> None:
    assert {person.place for person in crowd} == set(SCRIPT.event.places)
    assert {person.sector for person in crowd} == set(SCRIPT.event.sectors)


def test_answers_before_are_on_the_scale_and_some_people_did_not_answer(crowd: list[Synthetic]) -> None:
    answers = [person.understanding for person in crowd if person.understanding is not None]
    assert len(crowd) * 0.75 < len(answers) < len(crowd)
    assert min(answers) >= 0
    assert max(answers) <= 10


@pytest.mark.parametrize("slot", [ENDED, LIVE])
def test_nobody_is_there_or_claps_outside_the_session_or_after_now(crowd: list[Synthetic], slot: AgendaSlot) -> None:
    visits = list(draw_visits(crowd, slot, NOW))
    assert len({visit.person_id for visit in visits}) == len(visits) > 30
    for visit in visits:
        assert slot.starts_at <= visit.started_at < visit.seen_at <= min(slot.ends_at, NOW)
        assert all(visit.started_at <= at < visit.seen_at for _, at in visit.reactions)


def test_nobody_has_been_in_a_session_that_is_still_to_come(crowd: list[Synthetic]) -> None:
    assert list(draw_visits(crowd, COMING, NOW)) == []
