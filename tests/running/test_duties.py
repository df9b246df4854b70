"""A duty goes on after a failure, rests while there is nothing to do, and ends with the application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from server.running import duties
from server.running.duties import Duty, keep_doing, rest_s
from server.store.engine.database import Database, leave_work

FOR_EVER_S = 1e9


async def test_a_duty_that_fails_is_done_again() -> None:
    turns = 0
    thrice = asyncio.Event()

    async def work(_: Starlette) -> None:
        nonlocal turns
        turns += 1
        if turns == 3:
            thrice.set()
        raise RuntimeError("the database is away")

    task = asyncio.create_task(keep_doing(Duty("mail", 0.0, work), Starlette(), asyncio.Event()))
    await asyncio.wait_for(thrice.wait(), 60)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


@pytest.mark.parametrize("turns_of_the_loop", [0, 1, 2])
async def test_a_duty_that_is_called_as_it_is_to_end_ends(turns_of_the_loop: int) -> None:
    began, called = asyncio.Event(), asyncio.Event()

    async def work(_: Starlette) -> None:
        began.set()

    task = asyncio.create_task(keep_doing(Duty("mail", 0.0, work, rests=True), Starlette(), called))
    async with asyncio.timeout(60):
        await began.wait()
        for _ in range(5):
            await asyncio.sleep(0)  # until it rests
        called.set()
        for _ in range(turns_of_the_loop):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


class Turns:
    """The work of a duty, which counts its turns and returns when the next is due: `due_in` later."""

    def __init__(self, due_in: timedelta | None) -> None:
        self.n, self.due_in = 0, due_in
        self.more = asyncio.Condition()

    async def work(self, _: Starlette) -> datetime | None:
        async with self.more:
            self.n += 1
            self.more.notify_all()
        return None if self.due_in is None else datetime.now(UTC) + self.due_in

    async def reach(self, n: int) -> None:
        async with asyncio.timeout(60), self.more:
            await self.more.wait_for(lambda: self.n >= n)


@asynccontextmanager
async def resting(database: Database, turns: Turns) -> AsyncIterator[None]:
    """Run a duty that rests, once its first turn is over."""
    app = Starlette()
    app.state.db = database
    task = asyncio.create_task(duties.run(app, [Duty("rests", 0.0, turns.work, rests=True)]))
    try:
        await turns.reach(1)
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_duty_rests_until_a_transaction_leaves_it_work(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "REST_S", FOR_EVER_S)
    turns = Turns(None)
    async with resting(database, turns):
        async with database.writing():
            pass
        assert turns.n == 1
        async with database.writing() as db:
            leave_work(db)
        await turns.reach(2)


async def test_work_that_was_undone_calls_nobody(database: Database) -> None:
    calls = []
    database.after_work.append(lambda: calls.append(1))
    with pytest.raises(RuntimeError):
        async with database.writing() as db:
            leave_work(db)
            raise RuntimeError
    assert calls == []


async def test_a_duty_does_not_rest_beyond_what_is_due(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "REST_S", FOR_EVER_S)
    turns = Turns(timedelta(milliseconds=10))
    async with resting(database, turns):
        await turns.reach(3)


def test_what_other_processes_leave_is_found_in_seconds() -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    assert 0 < rest_s(None) <= duties.REST_S <= 5
    assert 0 < rest_s(later) <= duties.REST_S
    assert rest_s(datetime.now(UTC)) == 0


@pytest.mark.parametrize("now", [1000.0, 1000.25, 1004.75])
def test_duties_that_rest_look_at_the_same_moments(now: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "REST_S", 5.0)
    with monkeypatch.context() as clock:
        clock.setattr("time.monotonic", lambda: now)
        assert now + rest_s(None) == 1005.0
