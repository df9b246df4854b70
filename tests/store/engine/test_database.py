"""Transactions of the database: kept whole or undone, and announced after the commit."""

from functools import partial

import pytest
from sqlalchemy import Connection, inspect, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel, col, select

from server.models import Event, Person
from server.store.engine.availability import is_away
from server.store.engine.database import Change, Database
from server.store.engine.revisions import raise_revision, revisions_of
from tests.factory import Factory


async def test_what_fails_halfway_leaves_nothing(database: Database, make: Factory) -> None:
    await make.person(email="amina@example.org")
    with pytest.raises(IntegrityError):
        async with database.writing() as db:
            db.add(Person(name="Ben", email="ben@example.org"))
            await db.flush()
            db.add(Person(name="Amina again", email="amina@example.org"))
    async with database.reading() as db:
        assert [person.name for person in await db.exec(select(Person))] == ["Amina"]


async def test_moments_come_back_aware_in_utc(database: Database, make: Factory) -> None:
    event = await make.event()
    async with database.reading() as db:
        stored = (await db.exec(select(Event))).one()
    assert stored.created_at == event.created_at
    assert stored.created_at.utcoffset() is not None


async def test_rooms_hear_of_a_change_only_after_its_commit(database: Database) -> None:
    heard: list[Change] = []

    async def hear(changes: list[Change]) -> None:
        heard.extend(changes)

    database.after_commit.append(hear)
    async with database.writing() as db:
        assert await raise_revision(db, "event:1", "announcement") == 1
        assert await raise_revision(db, "event:1", "announcement") == 2
        assert heard == []
    assert heard == [("event:1", "announcement", 1), ("event:1", "announcement", 2)]

    with pytest.raises(RuntimeError):
        async with database.writing() as db:
            await raise_revision(db, "event:1", "announcement")
            raise RuntimeError("the page failed")
    assert len(heard) == 2
    async with database.reading() as db:
        assert await revisions_of(db, ["event:1"]) == {("event:1", "announcement"): 2}


async def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    async with database.reading() as db:
        connection = await db.connection()
        stored = await connection.run_sync(
            lambda sync: {
                name: {column["name"] for column in inspect(sync).get_columns(name)}
                for name in inspect(sync).get_table_names()
            }
        )
    stored.pop("alembic_version")
    assert stored == {name: set(table.columns.keys()) for name, table in SQLModel.metadata.tables.items()}


async def test_what_was_read_can_still_be_shown_after_a_failure(database: Database, make: Factory) -> None:
    event = await make.event(title="MSE in Action")
    with pytest.raises(RuntimeError):
        async with database.writing() as db:
            read = await db.get_one(Event, event.id)
            raise RuntimeError("the page failed")
    assert read.title == "MSE in Action"


async def test_what_is_written_in_one_go_is_kept_whole_or_not_at_all(database: Database, make: Factory) -> None:
    event = await make.event(title="MSE in Action")

    def rename(db: Connection, *, fails: bool) -> int:
        changed = db.execute(update(Event).where(col(Event.id) == event.id).values(title="Renamed")).rowcount
        if fails:
            raise RuntimeError("a row was refused")
        return changed

    with pytest.raises(RuntimeError):
        await database.write(partial(rename, fails=True))
    async with database.reading() as db:
        assert (await db.get_one(Event, event.id)).title == "MSE in Action"
    assert await database.write(partial(rename, fails=False)) == 1
    async with database.reading() as db:
        assert (await db.get_one(Event, event.id)).title == "Renamed"


async def test_a_refused_text_is_no_sign_that_the_database_is_away(database: Database) -> None:
    """PostgreSQL keeps no NUL; a caller that took the refusal for an outage would try again for ever."""
    async with database.reading() as db:
        try:
            await db.exec(select(Event).where(Event.slug == "a\x00b"))
        except DBAPIError as error:
            assert not is_away(error)
