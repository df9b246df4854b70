"""Laying the demo, also repeatedly: people's rows stay, and the agenda is always around now."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, func, select

from server.demo.audience import EMPTY_SEATS
from server.demo.furnishing import NotADemo, PackagedFilm
from server.demo.laying import keep_laid, lay
from server.demo.script import read_script
from server.models import (
    Attendance,
    Bookmark,
    Event,
    NetworkingTable,
    Person,
    Question,
    Reaction,
    Registration,
    Response,
    Session,
    Stage,
    Survey,
    Tally,
)
from server.store import name_tags, stages, tables
from server.store.engine.database import Database
from tests.factory import Factory

NOW = datetime(2025, 6, 28, 13, 42, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
SCRIPT = read_script()
FILMS = [PackagedFilm(film.slug, film.title, film.slug, 180.0) for film in SCRIPT.films]


async def laid(database: Database, now: datetime = NOW) -> dict[str, Session]:
    event = await lay(database, SCRIPT, FILMS, now)
    return await agenda(database, event)


async def agenda(database: Database, event: Event) -> dict[str, Session]:
    async with database.reading() as db:
        return {row.slug: row for row in await db.exec(select(Session).where(Session.event_id == event.id))}


async def count(database: Database, relation: type) -> int:
    async with database.reading() as db:
        return (await db.exec(select(func.count()).select_from(relation))).one()


async def react(database: Database, person: Person, session: Session) -> None:
    """Store an accepted clap as the journal does."""
    async with database.writing() as db:
        key = {"person_id": person.id, "sender": "0123456789abcdef", "n": 1}
        db.add(Reaction(**key, session_id=session.id, emoji="clap", outcome="accepted"))
        tally = await db.get(Tally, (session.id, "live", "clap"))
        if tally is None:
            db.add(Tally(session_id=session.id, wave="live", emoji="clap", n=1))
        else:
            tally.n += 1


async def test_one_is_live_one_comes_and_one_is_on_demand(database: Database) -> None:
    sessions = await laid(database)
    assert [slug for slug, row in sessions.items() if row.state == "live"] == ["healthy-hearts"]
    assert sessions["healthy-minds"].state == "scheduled"
    assert sessions["working-differently-together"].recording == "open"
    assert sessions["healthy-hearts"].started_at == NOW.replace(second=0) - 10 * MINUTE
    assert sessions["healthy-hearts"].starts_local == "2025-06-28T14:32"
    assert sessions["ask-a-heart-nurse"].stage_id is not None
    assert all(bool(row.film_id) != bool(row.stage_id) for row in sessions.values() if row.kind != "networking")
    assert len({row.media_key for row in sessions.values()}) == len(sessions)


async def test_the_crowd_has_registered_answered_attended_and_clapped(database: Database) -> None:
    sessions = await laid(database)
    async with database.reading() as db:
        people = list(await db.exec(select(Person).where(col(Person.synthetic))))
        attended = set(await db.exec(select(Attendance.session_id)))
        reactions = await db.exec(
            select(Reaction.session_id, Reaction.emoji, func.count()).group_by(Reaction.session_id, Reaction.emoji)
        )
        tallies = await db.exec(select(Tally.session_id, Tally.emoji, Tally.n))
        assert {tuple(row) for row in reactions} == {tuple(row) for row in tallies} != set()
    assert len(people) == SCRIPT.crowd.count
    assert 0 < await count(database, Response) < SCRIPT.crowd.count
    assert attended == {row.id for row in sessions.values() if row.state != "scheduled"}


async def test_the_surveys_ask_about_the_integrated_care_system(database: Database) -> None:
    await laid(database)
    async with database.reading() as db:
        texts = list(await db.exec(select(Question.text).where(Question.name == "understanding")))
        introductions = set(await db.exec(select(Survey.introduction)))
    published = "How well do you understand what the integrated care system is planning to achieve?"
    assert texts == [published, published]
    assert introductions == set(SCRIPT.event.introductions.values())


async def test_laying_again_adds_nobody_and_nothing(database: Database) -> None:
    await laid(database)
    before = [await count(database, relation) for relation in (Person, Session, Survey, Question, NetworkingTable)]
    await laid(database, NOW + 3 * WEEK)
    after = [await count(database, relation) for relation in (Person, Session, Survey, Question, NetworkingTable)]
    assert after == before


async def test_a_demo_left_from_last_week_is_dated_anew(database: Database) -> None:
    before = await laid(database)
    after = await laid(database, NOW + WEEK)
    assert {slug: row.id for slug, row in before.items()} == {slug: row.id for slug, row in after.items()}
    assert after["healthy-hearts"].started_at == before["healthy-hearts"].started_at + WEEK
    async with database.reading() as db:
        event = (await db.exec(select(Event))).one()
    assert event.starts_on == (NOW + WEEK).date()


async def test_a_session_in_which_somebody_reacted_is_set_aside_with_its_facts(
    database: Database, make: Factory
) -> None:
    before = await laid(database)
    person = await make.person()
    await react(database, person, before["healthy-hearts"])
    facts = await count(database, Reaction)
    after = await laid(database, NOW + WEEK)
    aside = after["healthy-hearts-2025-06-28-14-32"]
    assert aside.id == before["healthy-hearts"].id != after["healthy-hearts"].id
    assert (aside.state, aside.recording) == ("ended", "open")
    assert aside.ended_at == before["healthy-hearts"].ends_at
    assert await count(database, Reaction) > facts
    async with database.reading() as db:
        assert await db.get(Reaction, (person.id, "0123456789abcdef", 1))


async def test_a_session_cut_short_ended_when_the_demo_was_started_again(database: Database, make: Factory) -> None:
    before = await laid(database)
    await react(database, await make.person(), before["healthy-hearts"])
    after = await laid(database, NOW + 5 * MINUTE)
    assert after["healthy-hearts-2025-06-28-14-32"].ended_at == NOW + 5 * MINUTE


async def test_a_session_whose_stage_has_sent_something_is_set_aside_even_if_nobody_saw_it(database: Database) -> None:
    before = (await laid(database))["ask-a-heart-nurse"]
    async with database.writing() as db:
        await stages.move(db, await db.get_one(Stage, before.stage_id), "go", at=NOW)
    after = await laid(database, NOW + 5 * MINUTE)
    assert after["ask-a-heart-nurse"].id != before.id
    assert next(row for row in after.values() if row.id == before.id).state == "ended"


async def test_a_restart_within_two_minutes_finds_the_agenda_as_it_was(database: Database, make: Factory) -> None:
    before = await laid(database)
    await react(database, await make.person(), before["healthy-hearts"])
    after = await laid(database, NOW + 2 * MINUTE)
    assert {slug: row.model_dump() for slug, row in after.items()} == {
        slug: row.model_dump() for slug, row in before.items()
    }


async def test_registrations_and_bookmarks_made_since_are_kept(database: Database, make: Factory) -> None:
    sessions = await laid(database)
    async with database.reading() as db:
        event = (await db.exec(select(Event))).one()
    delegate = await make.delegate(event)
    async with database.writing() as db:
        db.add(Bookmark(person_id=delegate.id, session_id=sessions["healthy-minds"].id))
    again = await laid(database, NOW + WEEK)
    async with database.reading() as db:
        assert await db.get(Bookmark, (delegate.id, again["healthy-minds"].id))
    assert await count(database, Registration) == SCRIPT.crowd.count + 2


async def test_a_change_by_an_organiser_stays(database: Database) -> None:
    sessions = await laid(database)
    async with database.writing() as db:
        row = await db.get(Session, sessions["healthy-minds"].id)
        assert row is not None
        row.title = "Minds matter"
    assert (await laid(database, NOW + WEEK))["healthy-minds"].title == "Minds matter"


async def test_a_session_that_an_organiser_added_is_left_alone(database: Database, make: Factory) -> None:
    event = await lay(database, SCRIPT, FILMS, NOW)
    own = await make.session(event, slug="our-own", starts_at=NOW)
    assert (await laid(database, NOW + WEEK))["our-own"].starts_at == own.starts_at


async def test_while_it_runs_a_next_session_always_follows(database: Database) -> None:
    event = await lay(database, SCRIPT, FILMS, NOW)
    later = NOW + timedelta(hours=4)
    await keep_laid(database, SCRIPT, FILMS, later)
    sessions = await agenda(database, event)
    assert sessions["working-differently-together-again"].title.startswith("Shown again: ")
    assert min(row.starts_at for row in sessions.values() if row.starts_at > later) - later < timedelta(minutes=30)
    await keep_laid(database, SCRIPT, FILMS, later)
    assert await agenda(database, event) == sessions


async def test_once_the_second_day_is_over_the_demo_begins_again(database: Database) -> None:
    event = await lay(database, SCRIPT, FILMS, NOW)
    await keep_laid(database, SCRIPT, FILMS, NOW + timedelta(hours=4))
    await keep_laid(database, SCRIPT, FILMS, NOW + timedelta(days=2))
    sessions = await agenda(database, event)
    assert len(sessions) == len(SCRIPT.sessions)
    assert sessions["healthy-hearts"].state == "live"


async def test_a_real_event_at_the_address_is_left_alone(database: Database, make: Factory) -> None:
    await make.event(slug="demo", title="A real one")
    with pytest.raises(NotADemo):
        await lay(database, SCRIPT, FILMS, NOW)
    assert await count(database, Session) == 0


async def test_people_sit_in_the_lounge_with_and_without_their_name_and_leave_seats_free(database: Database) -> None:
    event = await lay(database, SCRIPT, FILMS, NOW)
    async with database.reading() as db:
        lounge = await tables.lounge(db, event.id)
    names = [seat.name for table in lounge for seat in table.seats if seat.state == "taken"]
    assert {name.startswith(name_tags.NEUTRAL) for name in names} == {True, False}
    assert all(table.free == EMPTY_SEATS for table in lounge)
