"""The library, the length of each recording, and the position of each viewer."""

from datetime import UTC, datetime, timedelta

from server.models import Film, SessionPause, Tally
from server.store import recordings
from server.store.engine.database import Database
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_a_film_that_was_repeated_is_recorded_once(database: Database, make: Factory) -> None:
    """The recording has the length of the film, however long the session was."""
    event = await make.event()
    async with database.writing() as db:
        film = Film(event_id=event.id, title="Hearts", directory="hearts", duration=180.5)
        db.add(film)
    session = await make.session(event, film_id=film.id, state="ended", started_at=NOW, ended_at=NOW + 20 * MINUTE)
    async with database.reading() as db:
        assert await recordings.lengths_of(db, [session]) == {session.id: 180.5}
        session.trim_start, session.trim_end = 10, 100
        assert await recordings.lengths_of(db, [session]) == {session.id: 90}


async def test_pauses_are_not_in_the_recording(database: Database, make: Factory) -> None:
    event = await make.event()
    session = await make.session(event, state="ended", started_at=NOW, ended_at=NOW + 20 * MINUTE)
    unstarted = await make.session(event)
    async with database.writing() as db:
        db.add(SessionPause(session_id=session.id, paused_at=NOW + 5 * MINUTE, resumed_at=NOW + 8 * MINUTE))
    async with database.reading() as db:
        lengths = await recordings.lengths_of(db, [session, unstarted])
    assert lengths == {session.id: 17 * 60, unstarted.id: 0}


async def test_the_furthest_point_watched_never_goes_back(database: Database, make: Factory) -> None:
    """The telephone is at two minutes when the tablet starts again from the beginning."""
    event = await make.event()
    person, session = await make.delegate(event), await make.session(event)
    for position, watched in ((120.0, 120.0), (5.0, 5.0)):
        async with database.writing() as db:
            await recordings.keep_progress(db, person.id, session.id, position, watched, NOW)
    async with database.reading() as db:
        progress = await recordings.progress_of(db, person.id, session.id)
    assert progress is not None
    assert (progress.position, progress.watched) == (5.0, 120.0)


async def test_the_library_holds_what_is_open_newest_first(database: Database, make: Factory) -> None:
    event = await make.event()
    person = await make.delegate(event)
    old = await make.session(event, starts_at=NOW - 90 * MINUTE, state="ended", recording="open")
    new = await make.session(event, starts_at=NOW - 60 * MINUTE, state="ended", recording="open")
    await make.session(event, starts_at=NOW - 60 * MINUTE, state="ended", recording="withdrawn")
    async with database.writing() as db:
        db.add_all([Tally(session_id=old.id, wave=wave, emoji="clap", n=3) for wave in ("live", "on demand")])
        db.add(Tally(session_id=old.id, wave="live", emoji="wow", n=9))
        await recordings.keep_progress(db, person.id, new.id, 7.0, 7.0, NOW)
    async with database.reading() as db:
        library = await recordings.library(db, event, person.id, NOW)
    assert [(each.item.session.id, each.claps, each.progress is not None) for each in library] == [
        (new.id, 0, True),
        (old.id, 6, False),
    ]
