"""A person of whom the database holds a row in every relation that can be about one."""

import secrets
from typing import Any

from sqlmodel import SQLModel

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
    NameTag,
    Person,
    Question,
    QueueEntry,
    Reaction,
    Response,
    Seat,
    SecurityEntry,
    StageSource,
    Survey,
    TableMessage,
    TableStay,
    WatchInterval,
    WatchProgress,
)
from server.store.engine.database import Database
from tests.factory import Factory

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
    survey = Survey(event_id=event.id, slug="another", wave="after", title="How was it?")
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
                Mail(
                    event_id=event.id, idempotency_key="k", recipient=EMAIL, subject="Hello", text=SECRET_WORDS, **about
                ),
                NameTag(table_id=table.id, number=1, shows_name=True, **about),
                WatchProgress(session_id=session.id, position=3, watched=3, **about),
                QueueEntry(table_id=full.id, **about),
                Reaction(sender="a" * 16, n=1, session_id=session.id, emoji="clap", outcome="accepted", **about),
                SecurityEntry(action="sign-in", address="198.51.100.7", subject_id=person.id, **about),
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
