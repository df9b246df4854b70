"""The rows of one event for its export, names included. The sheets decide which columns are written."""

import uuid

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from server.analytics.export.records import (
    AnnouncementRecord,
    DroppedRecord,
    MentionRecord,
    QuestionRecord,
    Records,
    RegistrationRecord,
    SessionRecord,
    TableRecord,
    TableStayRecord,
    TallyRecord,
)
from server.models import (
    Announcement,
    DroppedFrames,
    Event,
    HashtagMention,
    NetworkingTable,
    Person,
    Question,
    Registration,
    Session,
    Speaker,
    Survey,
    TableStay,
    Tally,
    Track,
)
from server.store.figures import Rows, facts_of


async def records_of(db: AsyncSession, event: Event) -> Records:
    """Every row of the event for an export."""
    rows = await db.connection()
    return Records(
        slug=event.slug,
        title=event.title,
        facts=await facts_of(db, event),
        registrations=[RegistrationRecord(*row) for row in await rows.execute(_registrations(event.id))],
        sessions=[SessionRecord(*row) for row in await rows.execute(_sessions(event.id))],
        tallies=[TallyRecord(*row) for row in await rows.execute(_tallies(event.id))],
        dropped=[DroppedRecord(*row) for row in await rows.execute(_dropped(event.id))],
        questions=[QuestionRecord(*row) for row in await rows.execute(_questions(event.id))],
        announcements=[AnnouncementRecord(*row) for row in await rows.execute(_announcements(event.id))],
        tables=[TableRecord(*row) for row in await rows.execute(_tables(event.id))],
        table_stays=[TableStayRecord(*row) for row in await rows.execute(_table_stays(event.id))],
        mentions=[MentionRecord(*row) for row in await rows.execute(_mentions(event.id))],
    )


def _registrations(event_id: uuid.UUID) -> Rows:
    times = (col(Registration.created_at), col(Registration.confirmed_at), col(Registration.cancelled_at))
    attributes = (col(Registration.sector), col(Registration.place), col(Registration.source))
    who = (col(Person.name), col(Person.email), col(Registration.organisation), col(Registration.job_role))
    needs = (
        col(Registration.captions),
        col(Registration.transcript),
        col(Registration.interpreter),
        col(Registration.calm),
        col(Registration.access_note),
    )
    return (
        select(col(Registration.person_id), col(Registration.state), *times, *attributes, *who, *needs)
        .add_columns(col(Registration.directory))
        .join(Person, col(Person.id) == col(Registration.person_id), isouter=True)
        .where(col(Registration.event_id) == event_id)
    )


def _sessions(event_id: uuid.UUID) -> Rows:
    named = (col(Session.id), col(Session.slug), col(Session.title), col(Track.title), col(Session.kind))
    times = (col(Session.starts_at), col(Session.ends_at), col(Session.started_at), col(Session.ended_at))
    return (
        select(*named, col(Session.state), *times, col(Session.recording))
        .join(Track, col(Track.id) == col(Session.track_id), isouter=True)
        .where(col(Session.event_id) == event_id)
        .order_by(col(Session.starts_at), col(Session.slug))
    )


def _tallies(event_id: uuid.UUID) -> Rows:
    found = select(col(Tally.session_id), col(Tally.wave), col(Tally.emoji), col(Tally.n))
    return found.join(Session, col(Session.id) == col(Tally.session_id)).where(col(Session.event_id) == event_id)


def _dropped(event_id: uuid.UUID) -> Rows:
    found = select(col(DroppedFrames.session_id), col(DroppedFrames.n))
    sessions = found.join(Session, col(Session.id) == col(DroppedFrames.session_id))
    return sessions.where(col(Session.event_id) == event_id)


def _questions(event_id: uuid.UUID) -> Rows:
    found = select(col(Survey.wave), col(Question.name), col(Question.kind), col(Question.text), col(Question.choices))
    asked = found.join(Survey, col(Survey.id) == col(Question.survey_id)).where(col(Survey.event_id) == event_id)
    return asked.order_by(col(Survey.wave).desc(), col(Question.position), col(Question.name))


def _announcements(event_id: uuid.UUID) -> Rows:
    found = select(col(Announcement.created_at), col(Announcement.withdrawn_at), col(Announcement.text))
    return found.where(col(Announcement.event_id) == event_id).order_by(col(Announcement.created_at))


def _tables(event_id: uuid.UUID) -> Rows:
    table = (col(NetworkingTable.id), col(NetworkingTable.title), col(NetworkingTable.topic), col(Speaker.name))
    found = select(*table, col(NetworkingTable.seats), col(NetworkingTable.state))
    hosted = found.join(Speaker, col(Speaker.id) == col(NetworkingTable.speaker_id), isouter=True)
    return hosted.where(col(NetworkingTable.event_id) == event_id).order_by(
        col(NetworkingTable.position), col(NetworkingTable.title)
    )


def _table_stays(event_id: uuid.UUID) -> Rows:
    found = select(col(TableStay.person_id), col(TableStay.table_id), col(TableStay.sat_at), col(TableStay.left_at))
    tables = found.join(NetworkingTable, col(NetworkingTable.id) == col(TableStay.table_id))
    return tables.where(col(NetworkingTable.event_id) == event_id)


def _mentions(event_id: uuid.UUID) -> Rows:
    found = select(col(HashtagMention.posted_at), col(HashtagMention.network), col(HashtagMention.impressions))
    order = (col(HashtagMention.posted_at), col(HashtagMention.network), col(HashtagMention.reference))
    return found.where(col(HashtagMention.event_id) == event_id).order_by(*order)
