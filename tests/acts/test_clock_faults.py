"""A clock that is set, or a server that was away, takes nothing from anybody: each move by the clock, each fault."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from limits import parse
from sqlmodel import col, select
from starlette.applications import Starlette
from structlog.testing import capture_logs

from server.duties import DUTIES
from server.models import QueueEntry, Seat, Session, SignIn
from server.rules.sign_ins import STRONG_IDLE
from server.running import wall_clock
from server.running.duties import Duty, turn
from server.running.wall_clock import WallClock
from server.store import credentials, seating
from server.store.engine.database import Database
from server.trust import one_time_codes
from server.web.windows import Windows
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
TIMEKEEPER = next(duty for duty in DUTIES if duty.name == "timekeeper")


class Times:
    """Two clocks moved by hand: one on the wall, and one that nobody can set."""

    def __init__(self) -> None:
        self.wall, self.steady_s = NOW, 1_000.0

    def pass_by(self, time: timedelta) -> None:
        self.wall += time
        self.steady_s += time.total_seconds()

    def clock(self, folder: Path) -> WallClock:
        return WallClock(folder, lambda: self.wall.timestamp(), lambda: self.steady_s)


class Server:
    """A process that keeps time by these clocks, and may be started anew on its data directory."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.times, self.folder = Times(), folder
        self.app: Any = SimpleNamespace(state=SimpleNamespace(db=database))
        self.start()

    def start(self) -> None:
        self.app.state.wall_clock = self.times.clock(self.folder)

    async def run(self, time: timedelta, each: timedelta = 2 * SECOND) -> None:
        """Let time pass, with a look at the clock every two seconds."""
        for _ in range(time // each):
            self.times.pass_by(each)
            await turn(TIMEKEEPER, self.app)


async def set_ahead(server: Server) -> None:
    server.times.wall += timedelta(hours=2)
    await server.run(12 * SECOND)
    server.times.wall -= timedelta(hours=2)


async def set_back(server: Server) -> None:
    server.times.wall -= timedelta(hours=1)
    await server.run(12 * SECOND)
    server.times.wall += timedelta(hours=1)


async def set_ahead_and_back_past(server: Server) -> None:
    await set_ahead(server)
    await set_back(server)


async def stand_still(server: Server) -> None:
    """As a frozen process does, or one whose database is away."""
    server.times.pass_by(6 * MINUTE)


async def start_anew(server: Server) -> None:
    """As after an outage, with a steady clock that begins anew with the machine."""
    server.times.pass_by(6 * MINUTE)
    server.times.steady_s = 5.0
    server.start()


FAULTS: dict[str, Callable[[Server], Awaitable[None]]] = {
    "two hours ahead for 12 s": set_ahead,
    "an hour back for 12 s": set_back,
    "ahead and then back": set_ahead_and_back_past,
    "frozen for six minutes": stand_still,
    "stopped for six minutes": start_anew,
}


class Due(NamedTuple):
    """A move that becomes due: the time from now until then, and whether it is done."""

    within: timedelta
    is_done: Callable[[Database], Awaitable[bool]]


async def a_start(make: Factory, database: Database) -> Due:
    session = await make.session(await make.event(), starts_at=NOW + 20 * MINUTE, minutes=30)
    return Due(20 * MINUTE, lambda _: has_state(database, session, "live"))


async def an_end(make: Factory, database: Database) -> Due:
    session = await make.session(
        await make.event(), starts_at=NOW - 10 * MINUTE, minutes=30, state="live", started_at=NOW - 10 * MINUTE
    )
    return Due(20 * MINUTE, lambda _: has_state(database, session, "ended"))


async def an_absence(make: Factory, database: Database) -> Due:
    """One who sits and is not seen any more, while another waits."""
    event = await make.event()
    table = await make.table(event, seats=1)
    seated, waits = [await make.delegate(event) for _ in range(2)]
    async with database.writing() as db:
        await seating.take_seat(db, table, seated.id, now=NOW)
    async with database.writing() as db:
        await seating.join_queue(db, table, waits.id, now=NOW)

    async def is_free(database: Database) -> bool:
        async with database.reading() as db:
            return (await db.exec(select(Seat))).first() is None

    return Due(seating.ABSENT, is_free)


async def an_offer(make: Factory, database: Database) -> Due:
    """An offer that is not taken up, with nobody behind it."""
    event = await make.event()
    table = await make.table(event, seats=1)
    seated, waits = [await make.delegate(event) for _ in range(2)]
    async with database.writing() as db:
        await seating.take_seat(db, table, seated.id, now=NOW)
    async with database.writing() as db:
        await seating.join_queue(db, table, waits.id, now=NOW)
    async with database.writing() as db:
        await seating.leave_seat(db, table, seated.id, now=NOW)

    async def has_lapsed(database: Database) -> bool:
        async with database.reading() as db:
            return (await db.exec(select(QueueEntry))).first() is None

    return Due(timedelta(seconds=seating.OFFER_S), has_lapsed)


async def a_sign_in(make: Factory, database: Database) -> Due:
    organiser = await make.organiser(await make.event())
    idle = STRONG_IDLE - 20 * MINUTE
    async with database.writing() as db:
        sign_in = (await db.exec(select(SignIn).where(SignIn.person_id == organiser.id))).first()
        if sign_in is None:
            await credentials.begin_sign_in(db, organiser, browser="", strong=True)
    async with database.writing() as db:
        for row in await db.exec(select(SignIn).where(col(SignIn.strong).is_(True))):
            row.created_at = row.seen_at = NOW - idle

    async def has_ended(database: Database) -> bool:
        async with database.reading() as db:
            found = (await db.exec(select(SignIn).where(col(SignIn.strong).is_(True)))).one()
            return found.ended_at is not None

    return Due(20 * MINUTE, has_ended)


MOVES: dict[str, Callable[[Factory, Database], Awaitable[Due]]] = {
    "a session's start": a_start,
    "a session's end": an_end,
    "an empty seat": an_absence,
    "an offer": an_offer,
    "an organiser's sign-in": a_sign_in,
}


async def has_state(database: Database, session: Session, state: str) -> bool:
    async with database.reading() as db:
        return (await db.get_one(Session, session.id)).state == state


@pytest.fixture
async def server(database: Database, tmp_path: Path) -> Server:
    return Server(database, tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("move", MOVES)
async def test_a_fault_of_the_clock_moves_nothing_and_what_is_due_comes_after_it(
    move: str, fault: str, server: Server, make: Factory, database: Database
) -> None:
    due = await MOVES[move](make, database)
    await turn(TIMEKEEPER, server.app)
    await server.run(10 * SECOND)
    await FAULTS[fault](server)
    await server.run(30 * SECOND)
    assert not await due.is_done(database)
    await server.run(due.within + MINUTE, each=20 * SECOND)
    assert await due.is_done(database)


async def test_a_clock_that_stays_where_it_was_set_is_believed_and_told_of(server: Server, make: Factory) -> None:
    with capture_logs() as lines:
        await turn(TIMEKEEPER, server.app)
        server.times.wall += timedelta(hours=2)
        await turn(TIMEKEEPER, server.app)
        assert server.app.state.wall_clock.jumped_by_s() == pytest.approx(7_200)
        await server.run(timedelta(seconds=wall_clock.BELIEVED_AFTER_S + 10))
    assert not server.app.state.wall_clock.is_doubted()
    told = [line["event"] for line in lines]
    assert told.count("the clock has jumped: nothing begins or ends by it") == told.count("the clock is believed") == 1


async def test_a_clock_that_is_corrected_little_by_little_is_not_doubted(server: Server) -> None:
    for _ in range(100):
        server.times.wall += SECOND
        await server.run(4 * SECOND)
        assert not server.app.state.wall_clock.is_doubted()


async def test_whatever_the_clock_makes_due_waits_while_it_is_doubted(server: Server) -> None:
    async def ends_something(_: Starlette) -> None:
        raise AssertionError("the clock is wrong")

    server.times.wall += timedelta(hours=2)
    for duty in DUTIES:
        if duty.by_clock:
            await turn(Duty(duty.name, duty.every_s, ends_something, by_clock=True), server.app)
    assert {duty.name for duty in DUTIES if duty.by_clock} == {
        "timekeeper",
        "held places",
        "retention",
        "old downloads",
        "old security entries",
    }


async def test_codes_are_taken_after_the_clock_was_ahead_and_each_only_once(make: Factory, database: Database) -> None:
    organiser = await make.organiser(await make.event())
    secret = one_time_codes.new_secret()
    steps = []
    for moment in (NOW, NOW + timedelta(hours=2), NOW + MINUTE, NOW + 2 * MINUTE):
        step = int(moment.timestamp()) // one_time_codes.STEP_S
        code = one_time_codes.pyotp.TOTP(secret).generate_otp(step)
        found = one_time_codes.matching_step(secret, code, moment)
        assert found == step
        async with database.writing() as db:
            steps.append(await credentials.spend_step(db, organiser.id, step))
            assert not await credentials.spend_step(db, organiser.id, step)
    assert all(steps)


def test_a_limit_lasts_as_long_as_it_says_whatever_the_clock_shows() -> None:
    times = Times()
    windows, limit = Windows(lambda: times.steady_s), parse("2/minute")
    assert [windows.hit(limit, "Amina") for _ in range(3)] == [True, True, False]
    times.wall += timedelta(hours=2)
    assert not windows.hit(limit, "Amina")
    assert windows.hit(limit, "Ben") and windows.left(limit, "Ben") == 1
    times.wall -= timedelta(hours=3)
    times.pass_by(MINUTE)
    assert windows.hit(limit, "Amina") and windows.left(limit, "Amina") == 1
