"""An upload is one process's to package, until that process is gone."""

from datetime import UTC, datetime, timedelta

from server.models import FilmUpload
from server.store import uploads
from server.store.engine.database import Database
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)


async def arrived(database: Database, make: Factory) -> FilmUpload:
    event = await make.event()
    async with database.writing() as db:
        row = await uploads.create(db, event.id, "Hearts", 10)
    async with database.writing() as db:
        assert await uploads.receive(db, row, 0, 10)
    return row


async def claimed(database: Database, now: datetime) -> bool:
    async with database.writing() as db:
        row = await uploads.next_due(db, now)
        return row is not None and await uploads.claim(db, row, now)


async def test_of_two_who_saw_it_waiting_one_has_it(database: Database, make: Factory) -> None:
    await arrived(database, make)
    async with database.reading() as db:
        row = await uploads.next_due(db, NOW)
    assert row is not None
    async with database.writing() as db:
        assert await uploads.claim(db, row, NOW)
    async with database.writing() as db:
        assert not await uploads.claim(db, row, NOW)


async def test_a_packaging_that_died_is_begun_anew(database: Database, make: Factory) -> None:
    row = await arrived(database, make)
    assert await claimed(database, NOW)
    assert not await claimed(database, NOW + uploads.LEASE)
    async with database.writing() as db:
        await uploads.go_on(db, row.id, 40, NOW + timedelta(minutes=1))
    assert not await claimed(database, NOW + uploads.LEASE + timedelta(seconds=1))
    assert await claimed(database, NOW + uploads.LEASE + timedelta(minutes=1, seconds=1))


async def test_a_piece_that_was_sent_twice_counts_once(database: Database, make: Factory) -> None:
    event = await make.event()
    async with database.writing() as db:
        row = await uploads.create(db, event.id, "Hearts", 10)
    async with database.writing() as db:
        assert await uploads.receive(db, row, 0, 4)
        assert not await uploads.receive(db, row, 0, 4)
    assert not await claimed(database, NOW)


async def test_it_becomes_a_film_once(database: Database, make: Factory) -> None:
    row = await arrived(database, make)
    assert await claimed(database, NOW)
    for _ in range(2):
        async with database.writing() as db:
            await uploads.finish(db, row, "hearts", 2.0)
    async with database.reading() as db:
        assert await uploads.uploads_of(db, row.event_id) == []
