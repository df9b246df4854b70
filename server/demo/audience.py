"""The crowd as rows: registrations, answers to the survey before, seats at tables, attendance and reactions."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.demo.crowd import Synthetic, Visit, draw_visits
from server.demo.timetable import AgendaSlot
from server.models import (
    Answer,
    Attendance,
    Event,
    NetworkingTable,
    Person,
    Question,
    Reaction,
    Registration,
    Response,
    Session,
    Survey,
    TableStay,
    Tally,
)
from server.store import seating

SEEN_LATE = timedelta(seconds=6)
"""Delay at which the crowd sees the programme."""
EMPTY_SEATS = 3
"""The seats of each table that the crowd leaves to whoever opens the demo."""


async def seat_crowd(db: AsyncSession, event: Event, crowd: Sequence[Synthetic]) -> None:
    """Register the people of the crowd who are not yet stored, with their answers to the survey before."""
    known = set(await db.exec(select(Person.id).where(col(Person.synthetic))))
    newcomers = [person for person in crowd if person.id not in known]
    if not newcomers:
        return
    await db.exec(insert(Person), params=[_person(one) for one in newcomers])
    await db.exec(insert(Registration), params=[_registration(event, one) for one in newcomers])
    await _answer_before(db, event, newcomers)


async def _answer_before(db: AsyncSession, event: Event, crowd: Sequence[Synthetic]) -> None:
    """Store the answers to the survey before, at the time of registration, because the registration form asks them."""
    asked = select(Question).join(Survey).where(Survey.event_id == event.id, Survey.wave == "before")
    question = (await db.exec(asked.where(Question.name == "understanding"))).one()
    answered = [one for one in crowd if one.understanding is not None]
    responses = [
        Response(survey_id=question.survey_id, person_id=one.id, submitted_at=one.registered_at) for one in answered
    ]
    answers = [
        Answer(response_id=response.id, question_id=question.id, number=one.understanding)
        for response, one in zip(responses, answered, strict=True)
    ]
    await db.exec(insert(Response), params=[response.model_dump() for response in responses])
    await db.exec(insert(Answer), params=[answer.model_dump() for answer in answers])


async def fill_tables(db: AsyncSession, event: Event, crowd: Sequence[Synthetic], now: datetime) -> None:
    """Seat people of the crowd at the tables where nobody has sat yet, by name when they ticked so."""
    sat_at = select(TableStay.table_id)
    empty = select(NetworkingTable).where(NetworkingTable.event_id == event.id, col(NetworkingTable.id).not_in(sat_at))
    coming = iter(crowd)
    for table in (await db.exec(empty.order_by(col(NetworkingTable.position)))).all():
        for one in islice(coming, max(0, table.seats - EMPTY_SEATS)):
            await seating.take_seat(db, table, one.id, shows_name=one.directory, now=now)


async def fill_sessions(
    db: AsyncSession, sessions: Sequence[Session], crowd: Sequence[Synthetic], now: datetime
) -> None:
    """Store the crowd's attendance and reactions, up to `now`, in sessions that have begun, with the tallies."""
    for session in sessions:
        slot = AgendaSlot(session.slug, session.slug, session.starts_at, session.ends_at)
        visits = list(draw_visits(crowd, slot, now))
        reactions = [row for visit in visits for row in _reactions(session, visit)]
        tallies = Counter(row["emoji"] for row in reactions)
        await db.exec(insert(Attendance), params=[_attendance(session, visit) for visit in visits])
        if reactions:
            await db.exec(insert(Reaction), params=reactions)
            db.add_all(Tally(session_id=session.id, wave="live", emoji=emoji, n=n) for emoji, n in tallies.items())


def _person(one: Synthetic) -> dict[str, Any]:
    return Person(id=one.id, email=one.email, name=one.name, synthetic=True, created_at=one.registered_at).model_dump()


def _registration(event: Event, one: Synthetic) -> dict[str, Any]:
    return Registration(
        event_id=event.id,
        person_id=one.id,
        organisation=one.organisation,
        sector=one.sector,
        place=one.place,
        job_role=one.job_role,
        captions=one.captions,
        directory=one.directory,
        source=one.source,
        created_at=one.registered_at,
        claimed_at=one.registered_at,
        confirmed_at=one.registered_at,
    ).model_dump()


def _attendance(session: Session, visit: Visit) -> dict[str, Any]:
    return Attendance(
        session_id=session.id,
        person_id=visit.person_id,
        started_at=visit.started_at,
        seen_at=visit.seen_at,
    ).model_dump()


def _reactions(session: Session, visit: Visit) -> list[dict[str, Any]]:
    """A row for each reaction of a visit. All have one sender, because the person watched in one page."""
    sender = hashlib.sha256(f"{session.id} {visit.person_id}".encode()).hexdigest()[:16]
    return [
        Reaction(
            person_id=visit.person_id,
            sender=sender,
            n=n,
            session_id=session.id,
            emoji=emoji,
            outcome="accepted",
            received_at=media_at + SEEN_LATE,
            media_at=media_at,
        ).model_dump()
        for n, (emoji, media_at) in enumerate(visit.reactions, start=1)
    ]
