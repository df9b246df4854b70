"""Erasing a person: they are gone from every relation, and no count has changed."""

from datetime import UTC, datetime

from sqlmodel import col, func, select

from server.models import Answer, Person, QueueEntry, Registration, Seat, SecurityEntry, SignIn
from server.store import erasure, personal_data
from server.store.engine.database import Database
from tests.factory import Factory
from tests.store.lives import EMAIL, SECRET_WORDS, a_full_life, everything_stored, personal

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)


def test_every_relation_about_a_person_says_what_becomes_of_it() -> None:
    said = [*erasure.REKEYED, *erasure.REMOVED, *erasure.LOOSENED]
    assert sorted(each.__name__ for each in said) == sorted(each.__name__ for each in personal())
    assert {each.__name__ for each in said} <= set(personal_data.TITLES)


async def test_nothing_leads_back_to_who_was_erased(database: Database, make: Factory) -> None:
    _, person = await a_full_life(database, make)
    async with database.writing() as db:
        await erasure.erase(db, person.id, NOW)
    stored = await everything_stored(database)
    for trace in (EMAIL, "Okafor", SECRET_WORDS, "198.51.100.7"):
        assert trace not in stored
    async with database.reading() as db:
        assert (await db.exec(select(SecurityEntry.subject_id))).one() != person.id
        for relation in personal():
            about = select(func.count()).select_from(relation).where(col(relation.person_id) == person.id)  # type: ignore[attr-defined]
            assert (await db.exec(about)).one() == 0, relation.__name__


async def test_every_fact_stays_counted_and_one_person_stays_one(database: Database, make: Factory) -> None:
    _event, person = await a_full_life(database, make)
    async with database.writing() as db:
        stranger = await erasure.erase(db, person.id, NOW)
    async with database.reading() as db:
        for relation in erasure.REKEYED:
            kept = select(func.count()).select_from(relation).where(col(relation.person_id) == stranger)  # type: ignore[attr-defined]
            assert (await db.exec(kept)).one() == 1, relation.__name__
        registration = (await db.exec(select(Registration))).one()
        assert (registration.state, registration.sector, registration.captions) == ("confirmed", "NHS", False)
        assert [answer.number for answer in await db.exec(select(Answer))] == [8]


async def test_a_neighbour_is_not_touched(database: Database, make: Factory) -> None:
    event, person = await a_full_life(database, make)
    neighbour = await make.delegate(event, "Ben", organisation="A food bank")
    await make.cookie(neighbour)
    async with database.writing() as db:
        await erasure.erase(db, person.id, NOW)
    async with database.reading() as db:
        assert [one.name for one in await db.exec(select(Person))] == ["Ben"]
        mine = select(Registration).where(Registration.person_id == neighbour.id)
        assert (await db.exec(mine)).one().organisation == "A food bank"
        assert len((await db.exec(select(SignIn))).all()) == 1


async def test_whoever_waits_is_offered_the_seat(database: Database, make: Factory) -> None:
    event = await make.event()
    person, waiting, table = (
        await make.delegate(event),
        await make.delegate(event, "Ben"),
        await make.table(event, seats=1),
    )
    async with database.writing() as db:
        db.add(Seat(event_id=event.id, table_id=table.id, number=1, person_id=person.id))
        db.add(QueueEntry(table_id=table.id, person_id=waiting.id))
    async with database.writing() as db:
        await erasure.erase(db, person.id, NOW)
    async with database.reading() as db:
        assert (await db.exec(select(QueueEntry))).one().offered_number == 1


async def test_a_person_sees_every_row_about_them_and_no_secret(database: Database, make: Factory) -> None:
    event, person = await a_full_life(database, make)
    async with database.reading() as db:
        sections = await personal_data.everything(db, person)
    assert [section.title for section in sections if not section.rows] == []
    shown = repr(sections)
    assert event.title in shown
    assert SECRET_WORDS in shown
    assert "hash" not in shown
