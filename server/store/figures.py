"""The raw rows of one event for its figures. They are only read here; the figures count them."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from server.analytics.facts import (
    AnswerFact,
    Facts,
    MentionFact,
    ReactionFact,
    RegistrationFact,
    ResponseFact,
    SessionFact,
    StayFact,
    WatchFact,
)
from server.models import (
    Answer,
    Attendance,
    DroppedFrames,
    Event,
    HashtagMention,
    NetworkingTable,
    Person,
    Question,
    Reaction,
    Registration,
    Response,
    Session,
    Survey,
    TableStay,
    WatchInterval,
)

Rows = Select[*tuple[Any, ...]]


async def facts_of(db: AsyncSession, event: Event) -> Facts:
    """Every row of the event that a figure needs."""
    rows = await db.connection()
    return Facts(
        zone=ZoneInfo(event.zone),
        target=event.target,
        ends_on=event.ends_on,
        erased=(await rows.execute(_erased(event.id))).scalar_one(),
        sessions=[SessionFact(*row) for row in await rows.execute(_sessions(event.id))],
        registrations=[RegistrationFact(*row) for row in await rows.execute(_registrations(event.id))],
        stays=[StayFact(*row) for row in await rows.execute(_stays(event.id))],
        watches=[WatchFact(*row) for row in await rows.execute(_watches(event.id))],
        reactions=[ReactionFact(*row) for row in await rows.execute(_reactions(event.id))],
        dropped=(await rows.execute(_dropped(event.id))).scalar_one(),
        responses=[ResponseFact(*row) for row in await rows.execute(_responses(event.id))],
        answers=[AnswerFact(*row) for row in await rows.execute(_answers(event.id))],
        mentions=[MentionFact(*row) for row in await rows.execute(_mentions(event.id))],
        seated=(await rows.execute(_seated(event.id))).scalars().all(),
    )


async def registration_facts(db: AsyncSession, event: Event) -> Facts:
    """The registrations of the event: enough for every figure about them, except the number of erased people."""
    rows = await (await db.connection()).execute(_registrations(event.id))
    facts = [RegistrationFact(*row) for row in rows]
    return Facts(zone=ZoneInfo(event.zone), target=event.target, ends_on=event.ends_on, registrations=facts)


def _of_sessions(statement: Rows, session_id: Any, event_id: uuid.UUID) -> Rows:
    """Rows that belong to the event through their session."""
    return statement.join(Session, col(Session.id) == session_id).where(col(Session.event_id) == event_id)


def _sessions(event_id: uuid.UUID) -> Rows:
    named = (col(Session.id), col(Session.slug), col(Session.title))
    times = (col(Session.starts_at), col(Session.ends_at), col(Session.started_at), col(Session.ended_at))
    found = select(*named, *times).where(col(Session.event_id) == event_id)
    return found.order_by(col(Session.starts_at), col(Session.slug))


def _registrations(event_id: uuid.UUID) -> Rows:
    row = (col(Registration.person_id), col(Registration.state), col(Registration.created_at))
    said = (col(Registration.source), col(Registration.sector), col(Registration.place))
    return select(*row, *said).where(col(Registration.event_id) == event_id)


def _erased(event_id: uuid.UUID) -> Rows:
    """The number of registrations whose person was erased: people whom the retention took out do not count."""
    known = select(col(Person.id)).where(col(Person.id) == col(Registration.person_id)).exists()
    unknown = select(func.count()).select_from(Registration).where(col(Registration.event_id) == event_id, ~known)
    return unknown.where(col(Registration.anonymous).is_(False))


def _stays(event_id: uuid.UUID) -> Rows:
    row = (col(Attendance.person_id), col(Attendance.session_id), col(Attendance.wave))
    found = select(*row, col(Attendance.started_at), col(Attendance.seen_at))
    return _of_sessions(found, Attendance.session_id, event_id)


def _watches(event_id: uuid.UUID) -> Rows:
    row = (col(WatchInterval.person_id), col(WatchInterval.session_id))
    found = select(*row, col(WatchInterval.begins), col(WatchInterval.ends), col(WatchInterval.speed))
    return _of_sessions(found, WatchInterval.session_id, event_id)


def _reactions(event_id: uuid.UUID) -> Rows:
    row = (col(Reaction.person_id), col(Reaction.session_id), col(Reaction.emoji), col(Reaction.outcome))
    seen = (col(Reaction.received_at), col(Reaction.media_at))
    found = select(*row, col(Reaction.wave), *seen, col(Reaction.sender), col(Reaction.n))
    return _of_sessions(found, Reaction.session_id, event_id)


def _dropped(event_id: uuid.UUID) -> Rows:
    return _of_sessions(select(func.coalesce(func.sum(DroppedFrames.n), 0)), DroppedFrames.session_id, event_id)


def _responses(event_id: uuid.UUID) -> Rows:
    found = select(col(Response.person_id), col(Survey.wave))
    return found.join(Survey, col(Survey.id) == col(Response.survey_id)).where(col(Survey.event_id) == event_id)


def _answers(event_id: uuid.UUID) -> Rows:
    row = (col(Response.person_id), col(Survey.wave), col(Question.name), col(Question.kind))
    return (
        select(*row, col(Answer.number), col(Answer.text))
        .join(Response, col(Response.id) == col(Answer.response_id))
        .join(Survey, col(Survey.id) == col(Response.survey_id))
        .join(Question, col(Question.id) == col(Answer.question_id))
        .where(col(Survey.event_id) == event_id)
    )


def _mentions(event_id: uuid.UUID) -> Rows:
    found = select(col(HashtagMention.network), col(HashtagMention.impressions))
    return found.where(col(HashtagMention.event_id) == event_id)


def _seated(event_id: uuid.UUID) -> Rows:
    found = select(col(TableStay.person_id))
    tables = found.join(NetworkingTable, col(NetworkingTable.id) == col(TableStay.table_id))
    return tables.where(col(NetworkingTable.event_id) == event_id)
