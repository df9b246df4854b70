"""Erasing a person: their account, contacts and words go; their facts stay under a random id, so every count stays."""

import uuid
from datetime import datetime

from sqlmodel import SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import (
    Announcement,
    Answer,
    Attendance,
    Bookmark,
    DroppedFrames,
    GrantRow,
    JoinLink,
    Mail,
    NameTag,
    NetworkingTable,
    Person,
    Question,
    QueueEntry,
    Reaction,
    Registration,
    Response,
    Seat,
    SecurityEntry,
    SignIn,
    Speaker,
    StageSource,
    TableMessage,
    TableStay,
    WatchInterval,
    WatchProgress,
)
from server.store import rights, seating, security_log
from server.store.engine.revisions import raise_revision, table_room

REKEYED: tuple[type[SQLModel], ...] = (
    Announcement,
    Attendance,
    DroppedFrames,
    Reaction,
    Registration,
    Response,
    SecurityEntry,
    TableStay,
    WatchInterval,
)
"""Facts: every count stays, and one person stays one person."""
REMOVED: tuple[type[SQLModel], ...] = (
    Bookmark,
    GrantRow,
    JoinLink,
    Mail,
    NameTag,
    WatchProgress,
    QueueEntry,
    Seat,
    SignIn,
    StageSource,
    TableMessage,
)
"""Rows that serve nobody but the person, or hold their own words."""
LOOSENED: tuple[type[SQLModel], ...] = (Speaker,)
"""Rows of the agenda: a speaker's name stays, without its link to the person."""
OWN_WORDS = {"organisation": "", "job_role": "", "access_note": "", "directory": False}
NEEDS = {"captions": False, "transcript": False, "interpreter": False, "calm": False}


async def erase(db: AsyncSession, person_id: uuid.UUID, now: datetime) -> uuid.UUID:
    """Erase a person from every event. Returns the random id under which their facts stay."""
    stranger = uuid.uuid4()
    await _stand_up(db, person_id, now)
    await _forget_words(db, person_id)
    await security_log.forget(db, person_id, stranger)
    for relation in REKEYED:
        await db.exec(update(relation).where(_is(relation, person_id)).values(person_id=stranger))
    for relation in LOOSENED:
        await db.exec(update(relation).where(_is(relation, person_id)).values(person_id=None))
    for relation in REMOVED:
        await db.exec(delete(relation).where(_is(relation, person_id)))
    await db.exec(delete(Person).where(col(Person.id) == person_id))
    rights.changed(db, people=[person_id])
    return stranger


async def _stand_up(db: AsyncSession, person_id: uuid.UUID, now: datetime) -> None:
    """Leave every seat and every queue, so that the people who wait there move up."""
    for relation, leave in ((Seat, seating.leave_seat), (QueueEntry, seating.leave_queue)):
        tables = select(NetworkingTable).join(relation, col(relation.table_id) == col(NetworkingTable.id))
        for table in (await db.exec(tables.where(relation.person_id == person_id))).all():
            await leave(db, table, person_id, now=now)


async def _forget_words(db: AsyncSession, person_id: uuid.UUID) -> None:
    """Blank the free text in rows that stay, and tell the tables that messages are gone."""
    mine = col(Registration.person_id) == person_id
    await db.exec(update(Registration).where(mine).values(**OWN_WORDS, **NEEDS))
    responses = select(Response.id).where(Response.person_id == person_id)
    written = select(Question.id).where(Question.kind == "text")
    answers = delete(Answer).where(col(Answer.response_id).in_(responses), col(Answer.question_id).in_(written))
    await db.exec(answers)
    spoken_at = select(TableMessage.table_id).where(TableMessage.person_id == person_id).distinct()
    for table_id in (await db.exec(spoken_at)).all():
        await raise_revision(db, table_room(table_id), "messages")


def _is(relation: type[SQLModel], person_id: uuid.UUID):  # type: ignore[no-untyped-def]
    return col(relation.person_id) == person_id  # type: ignore[attr-defined]
