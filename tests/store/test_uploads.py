"""The bytes of an upload are counted once, and once all are here one job makes a film of them."""

from datetime import UTC, datetime

import pytest

from server.models import FilmUpload, Job
from server.store import jobs, uploads
from server.store.engine.database import Database
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
SIZE = 10


@pytest.fixture
async def upload(database: Database, make: Factory) -> FilmUpload:
    """An upload that was announced."""
    event = await make.event()
    async with database.writing() as db:
        return await uploads.create(db, event.id, "Hearts", SIZE)


async def receive(database: Database, upload: FilmUpload, offset: int, length: int) -> bool:
    async with database.writing() as db:
        return await uploads.receive(db, upload, offset, length, NOW)


async def job_of(database: Database, upload: FilmUpload) -> Job | None:
    async with database.reading() as db:
        return await jobs.job_of(db, uploads.KIND, upload.id)


async def test_a_piece_that_was_sent_twice_counts_once(database: Database, upload: FilmUpload) -> None:
    assert await receive(database, upload, 0, 4)
    assert not await receive(database, upload, 0, 4)
    assert await job_of(database, upload) is None


async def test_the_last_piece_asks_for_the_film(database: Database, upload: FilmUpload) -> None:
    assert await receive(database, upload, 0, SIZE)
    job = await job_of(database, upload)
    assert job is not None
    assert (job.state, job.event_id) == ("waiting", upload.event_id)


async def test_an_upload_is_on_its_way_until_it_is_a_film(database: Database, upload: FilmUpload) -> None:
    async def coming() -> list[str | None]:
        async with database.reading() as db:
            return [job and job.state for _, job in await uploads.uploads_of(db, upload.event_id)]

    assert await coming() == [None]
    await receive(database, upload, 0, SIZE)
    for state in ("waiting", "running", "failed"):
        await move(database, upload, state)
        assert await coming() == [state]
    await move(database, upload, "finished")
    assert await coming() == []


async def test_what_is_being_packaged_cannot_be_forgotten(database: Database, upload: FilmUpload) -> None:
    async def forget() -> bool:
        async with database.writing() as db:
            return await uploads.forget(db, upload)

    await receive(database, upload, 0, SIZE)
    await move(database, upload, "running")
    assert not await forget()
    await move(database, upload, "failed")
    assert await forget()
    assert await job_of(database, upload) is None


async def move(database: Database, upload: FilmUpload, state: str) -> None:
    async with database.writing() as db:
        job = await jobs.job_of(db, uploads.KIND, upload.id)
        assert job is not None
        job.state = state
        db.add(job)
