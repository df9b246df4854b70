"""Understudies are found again, take speakers' places, and are never at a real event."""

import pytest
from sqlmodel import select

from server.models import GrantRow, Registration, Speaker
from server.store import understudies
from server.store.engine.database import Database
from tests.factory import Factory


async def test_a_second_call_finds_the_first_ones_people_again(database: Database, make: Factory) -> None:
    event = await make.event(kind="rehearsal")
    async with database.writing() as db:
        first = await understudies.enlist(db, event, "delegate", 3)
    async with database.writing() as db:
        second = await understudies.enlist(db, event, "delegate", 5)
    assert [each.id for each in second[:3]] == [each.id for each in first]
    assert all(each.synthetic for each in second)
    async with database.reading() as db:
        assert len((await db.exec(select(Registration))).all()) == 5


async def test_a_speaker_takes_a_place_on_the_agenda(database: Database, make: Factory) -> None:
    event = await make.event(kind="demo")
    await make.speaker(event)
    async with database.writing() as db:
        person = (await understudies.enlist(db, event, "speaker", 2))[0]
    async with database.reading() as db:
        assert (await db.exec(select(Speaker))).one().person_id == person.id
        assert {grant.role for grant in await db.exec(select(GrantRow))} == {"speaker"}


async def test_they_are_never_at_a_real_event(database: Database, make: Factory) -> None:
    event = await make.event()
    with pytest.raises(ValueError, match="event"):
        async with database.writing() as db:
            await understudies.enlist(db, event, "delegate", 1)
