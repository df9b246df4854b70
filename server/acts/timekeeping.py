"""Keeping time: sessions start and end by the clock, offers of a seat and sign-ins run out, and so on.

The database says when the next act is due. Every act is a conditional write, so any number of processes may look at
once. After a time in which no process ran, the next one does everything that is due by then, and stores the moment at
which it really happened. Only what people have to keep up themselves begins anew: they could not.
"""

from contextlib import suppress
from datetime import datetime

import structlog
from starlette.applications import Starlette

from server.models import Session
from server.running.wall_clock import WallClock
from server.store import credentials, seating, sessions, timetable, waiting
from server.store.engine.database import Database

EVERY_S = 1.0
log = structlog.get_logger("plenary.timekeeper")


async def keep_time(app: Starlette) -> datetime | None:
    """A duty: do everything that is due now; the moment at which the next act is due, None while there is none."""
    database: Database = app.state.db
    clock: WallClock = app.state.wall_clock
    now = clock.now()
    if clock.was_away():
        await give_back(database, now)
    async with database.reading() as db:
        due = await timetable.next_moment(db, now)
    if due is not None and due <= now:
        await do_due(database, now)
    clock.keep()
    return due


async def give_back(database: Database, now: datetime) -> None:
    """Begin every time anew for which a seat is kept or offered: people could not keep theirs while we were away."""
    async with database.writing() as db:
        await seating.renew(db, now)
    log.warning("seats and offers begin anew after an absence")


async def do_due(database: Database, now: datetime) -> None:
    """Start and end sessions and pass on offers and seats, as of `now`."""
    async with database.reading() as db:
        starting = await sessions.due_to_start(db, now)
        ending = await sessions.due_to_end(db, now)
        overdue = await waiting.overdue_offers(db, now)
        abandoned = await seating.abandoned_seats(db, now)
    async with database.writing() as db:
        await credentials.end_expired(db, now)
    for session in starting:
        await move(database, session, "start", now)
    for session in ending:
        await move(database, session, "end", now)
    for table in overdue:
        async with database.writing() as db:
            await seating.pass_on_overdue_offers(db, table, now)
    for table, person_id in abandoned:
        async with database.writing() as db:
            with suppress(seating.SeatRefused):
                await seating.leave_seat(db, table, person_id, now=now)


async def move(database: Database, session: Session, name: str, now: datetime) -> None:
    """Move a session, unless somebody has moved it meanwhile."""
    async with database.writing() as db:
        moved = await sessions.move(db, session, name, now=now)
    if moved:
        log.info("by the clock", session=str(session.id), move=name)
