"""Laying the demo event: make the rows that are missing, move its days and sessions to now, and add the crowd.

It can be repeated. Changes by an organiser stay, and so do people's rows: a demo from last week gets new days and a
new agenda, and keeps its registrations, responses and reactions.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from server.demo.agenda import add_session, is_fresh, lay_agenda, sessions_of, slots_of
from server.demo.audience import fill_sessions, fill_tables, seat_crowd
from server.demo.crowd import draw_crowd
from server.demo.furnishing import (
    PackagedFilm,
    demo_event,
    furnish_cast,
    furnish_event,
    furnish_surveys,
    furnish_tables,
)
from server.demo.guests import invite
from server.demo.script import Script
from server.demo.timetable import lay_out, shown_again
from server.models import Event
from server.store.engine.database import Database
from server.store.engine.revisions import event_room, raise_revision


async def lay(database: Database, script: Script, films: Sequence[PackagedFilm], now: datetime) -> Event:
    """Lay the demo around `now`, in one transaction. Raises NotADemo when a real event has its address."""
    timetable = lay_out(script.sessions, now, ZoneInfo(script.event.zone))
    crowd = list(draw_crowd(script.crowd, now))
    async with database.writing(is_long=True) as db:
        event = await furnish_event(db, script, timetable)
        cast = await furnish_cast(db, event, script, films)
        await furnish_surveys(db, event, script)
        await seat_crowd(db, event, crowd)
        if not is_fresh(await sessions_of(db, event), timetable.slots):
            begun = await lay_agenda(db, event, script, timetable.slots, cast, [one.id for one in crowd], now)
            await fill_sessions(db, begun, crowd, now)
        await furnish_tables(db, event, script, cast)
        await fill_tables(db, event, crowd, now)
        await invite(db, event, script, cast, now)
        await raise_revision(db, event_room(event.id), "agenda")
    return event


async def keep_laid(database: Database, script: Script, films: Sequence[PackagedFilm], now: datetime) -> None:
    """Add repeats of films so that a next session always follows; after the second day, lay the demo anew."""
    async with database.reading() as db:
        event = await demo_event(db)
        slots = slots_of((await sessions_of(db, event)).values()) if event else []
    if event is None or now.astimezone(ZoneInfo(event.zone)).date() > event.ends_on:
        await lay(database, script, films, now)
        return
    coming = shown_again(script.sessions, slots, now)
    if not coming:
        return
    async with database.writing() as db:
        cast = await furnish_cast(db, event, script, films)
        for slot in coming:
            await add_session(db, event, script, slot, cast)
        await raise_revision(db, event_room(event.id), "agenda")
