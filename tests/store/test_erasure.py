"""Erasing a person: they are gone from every relation, and no count has changed."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlmodel import SQLModel, col, func, select

from server import models
from server.models import (
    Announcement,
    Answer,
    Attendance,
    Bookmark,
    DroppedFrames,
    Event,
    JoinLink,
    Mail,
    Person,
    Question,
    QueueEntry,
    Reaction,
    Registration,
    Response,
    Seat,
    SignIn,
    StageSource,
    Survey,
    TableMessage,
    TableStay,
    WatchInterval,
    WatchProgress,
)
from server.store import erasure, personal_data
from server.store.engine.database import Database
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
EMAIL = "amina@example.org"
SECRET_WORDS = "Only Amina would say this"


async def a_full_life(database: Database, make: Factory) -> tuple[Event, Person]:
    """A person with a row in every relation that can be about one."""
    event = await make.event()
    person = await make.person("Amina Okafor", email=EMAIL)
    await make.registration(
        event, person, organisation=SECRET_WORDS, job_role=SECRET_WORDS, sector="NHS", captions=True
    )
    await make.speaker(event, person, name="Health visitor")
    await make.grant(person, "speaker", "event", event.id)
    await make.cookie(person)
    stage = await make.stage(event)
    session, table, full = await make.live_session(event), await make.table(event), await make.table(event)
    survey = Survey(event_id=event.id, slug="after", wave="after", title="How was it?")
    response = Response(survey_id=survey.id, person_id=person.id)
    asked = [Question(survey_id=survey.id, name=kind, kind=kind, text=kind) for kind in ("scale", "text")]
    about: dict[str, Any] = {"person_id": person.id}
    async with database.writing() as db:
        db.add(survey)
        await db.flush()
        db.add_all([response, *asked])
        await db.flush()
        db.add_all(
            [
                Answer(response_id=response.id, question_id=asked[0].id, number=8),
                Answer(response_id=response.id, question_id=asked[1].id, text=SECRET_WORDS),
                Announcement(event_id=event.id, text="Welcome", **about),
                Attendance(session_id=session.id, **about),
                Bookmark(session_id=session.id, **about),
                DroppedFrames(session_id=session.id, n=3, **about),
                JoinLink(event_id=event.id, token_hash=secrets.token_hex(32), **about),
                Mail(idempotency_key="k", recipient=EMAIL, subject="Hello", text=SECRET_WORDS, **about),
                WatchProgress(session_id=session.id, position=3, watched=3, **about),
                QueueEntry(table_id=full.id, **about),
                Reaction(sender="a" * 16, n=1, session_id=session.id, emoji="clap", outcome="accepted", **about),
                Seat(event_id=event.id, table_id=table.id, number=1, **about),
                StageSource(stage_id=stage.id, publisher=str(person.id), name=EMAIL, role="speaker", **about),
                TableMessage(table_id=table.id, text=SECRET_WORDS, **about),
                TableStay(table_id=table.id, **about),
                WatchInterval(sender="a" * 16, n=1, session_id=session.id, begins=0, ends=9, **about),
            ]
        )
    return event, person


def personal() -> list[type[SQLModel]]:
    """Every relation that refers to a person."""
    relations = [getattr(models, name) for name in models.__all__]
    return [each for each in relations if "person_id" in getattr(each, "model_fields", {})]


async def everything_stored(database: Database) -> str:
    async with database.reading() as db:
        connection = await db.connection()
        tables = [await connection.execute(table.select()) for table in SQLModel.metadata.sorted_tables]
        return repr([[tuple(row) for row in rows] for rows in tables])


def test_every_relation_about_a_person_says_what_becomes_of_it() -> None:
    said = [*erasure.REKEYED, *erasure.REMOVED, *erasure.LOOSENED]
    assert sorted(each.__name__ for each in said) == sorted(each.__name__ for each in personal())
    assert {each.__name__ for each in said} <= set(personal_data.TITLES)


async def test_nothing_leads_back_to_who_was_erased(database: Database, make: Factory) -> None:
    _, person = await a_full_life(database, make)
    async with database.writing() as db:
        await erasure.erase(db, person.id, NOW)
    stored = await everything_stored(database)
    for trace in (EMAIL, "Okafor", SECRET_WORDS):
        assert trace not in stored
    async with database.reading() as db:
        for relation in personal():
            about = select(func.count()).select_from(relation).where(col(relation.person_id) == person.id)  # type: ignore[attr-defined]
            assert (await db.exec(about)).one() == 0, relation.__name__


async def test_every_fact_stays_counted_and_one_person_stays_one(database: Database, make: Factory) -> None:
    _event, person = await a_full_life(database, make)
    async with database.writing() as db:
        stranger = await erasure.erase(db, person.id, NOW)
    async with database.reading() as db:
        for relation in erasure.REKEYED:
            kept = select(func.count()).select_from(relation).where(col(relation.person_id) == stranger)  # type: ignore[attr-defined]
            assert (await db.exec(kept)).one() == 1, relation.__name__
        registration = (await db.exec(select(Registration))).one()
        assert (registration.state, registration.sector, registration.captions) == ("confirmed", "NHS", False)
        assert [answer.number for answer in await db.exec(select(Answer))] == [8]


async def test_a_neighbour_is_not_touched(database: Database, make: Factory) -> None:
    event, person = await a_full_life(database, make)
    neighbour = await make.delegate(event, "Ben", organisation="A food bank")
    await make.cookie(neighbour)
    async with database.writing() as db:
        await erasure.erase(db, person.id, NOW)
    async with database.reading() as db:
        assert [one.name for one in await db.exec(select(Person))] == ["Ben"]
        mine = select(Registration).where(Registration.person_id == neighbour.id)
        assert (await db.exec(mine)).one().organisation == "A food bank"
        assert len((await db.exec(select(SignIn))).all()) == 1


async def test_whoever_waits_is_offered_the_seat(database: Database, make: Factory) -> None:
    event = await make.event()
    person, waiting, table = (
        await make.delegate(event),
        await make.delegate(event, "Ben"),
        await make.table(event, seats=1),
    )
    async with database.writing() as db:
        db.add(Seat(event_id=event.id, table_id=table.id, number=1, person_id=person.id))
        db.add(QueueEntry(table_id=table.id, person_id=waiting.id))
    async with database.writing() as db:
        await erasure.erase(db, person.id, NOW)
    async with database.reading() as db:
        assert (await db.exec(select(QueueEntry))).one().offered_number == 1


async def test_a_person_sees_every_row_about_them_and_no_secret(database: Database, make: Factory) -> None:
    event, person = await a_full_life(database, make)
    async with database.reading() as db:
        sections = await personal_data.everything(db, person)
    assert [section.title for section in sections if not section.rows] == []
    shown = repr(sections)
    assert event.title in shown
    assert SECRET_WORDS in shown
    assert "hash" not in shown
