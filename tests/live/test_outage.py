"""A database that goes away during a session: the room stays open and says so, and no reaction is lost."""

import shutil
import sqlite3
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url
from websockets.exceptions import InvalidStatus

from server.store.engine.sqlite import identity_of
from tests.live.page import opened

AWAY_WITHIN_S = 40


@pytest.fixture
def outage(engine, database_url, request):
    """Take the database away: stop PostgreSQL, or hold SQLite's write lock."""

    @asynccontextmanager
    async def away():
        if engine == "postgresql":
            postgresql = request.getfixturevalue("postgresql")
            postgresql.stop()
            yield
            postgresql.start()
        else:
            hog = sqlite3.connect(Path(make_url(database_url).database or ""), isolation_level=None)
            hog.execute("BEGIN IMMEDIATE")
            yield
            hog.close()

    return away


async def test_a_page_that_needs_the_database_says_when_to_come_back(server, event, engine, outage):
    async with httpx.AsyncClient(base_url=server.base) as browser, outage():
        answer = await browser.get(f"/{event.slug}", timeout=AWAY_WITHIN_S)
        if engine == "sqlite":
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "wait a few seconds and try again" in answer.text


async def test_a_handshake_that_needs_the_database_is_told_to_come_back(server, make, event, engine, outage):
    cookie = await make.cookie(await make.delegate(event))
    async with outage():
        if engine == "sqlite":
            async with opened(server.base, cookie, f"event:{event.id}") as page:
                assert page.code is None
        else:
            with pytest.raises(InvalidStatus) as refused:
                async with opened(server.base, cookie):
                    pass
            answer = refused.value.response
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_the_room_stays_open_says_so_and_counts_everything_afterwards(server, make, event, keynote, outage):
    cookie = await make.cookie(await make.delegate(event))
    async with opened(server.base, cookie, keynote) as page:
        await page.react(keynote)
        await page.until(lambda page: len(page.answers) == 1)
        async with outage():
            await page.react(keynote)
            await page.until(lambda page: page.rooms[keynote]["reactions"]["paused"], within_s=AWAY_WITHIN_S)
            assert len(page.answers) == 1
        await page.until(lambda page: len(page.answers) == 2, within_s=AWAY_WITHIN_S)
        await page.until(lambda page: not page.rooms[keynote]["reactions"]["paused"])
        assert page.rooms[keynote]["reactions"]["totals"]["clap"] == 2
        assert page.code is None


@pytest.mark.one_engine
async def test_nothing_is_acknowledged_any_more_once_the_data_directory_is_deleted(
    server, make, event, keynote, database_url
):
    """PostgreSQL keeps its own files."""
    cookie = await make.cookie(await make.delegate(event))
    async with opened(server.base, cookie, keynote) as page:
        await page.react(keynote)
        await page.until(lambda page: len(page.answers) == 1)
        file = Path(make_url(database_url).database or "")
        shutil.rmtree(file.parent)
        await page.react(keynote)
        await page.until(lambda page: page.rooms[keynote]["reactions"]["paused"], within_s=AWAY_WITHIN_S)
        assert len(page.answers) == 1
        assert identity_of(str(file)) is None
