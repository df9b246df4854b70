"""Everything that is stored about one person, in plain words. Secrets and hashes of secrets are left out."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import (
    Answer,
    Event,
    NetworkingTable,
    Person,
    Question,
    Session,
    Stage,
    Survey,
    Track,
)
from server.store.erasure import LOOSENED, REKEYED, REMOVED

TITLES = {
    "Person": "You",
    "Registration": "Your registrations",
    "Response": "Surveys you answered",
    "Answer": "Your answers",
    "Bookmark": "Sessions in your agenda",
    "Attendance": "When you were in a session",
    "Reaction": "Your reactions",
    "WatchProgress": "How far you watched recordings",
    "WatchInterval": "What you watched of recordings",
    "StageSource": "Stages you stood on",
    "TableStay": "When you sat at a table",
    "Seat": "Where you sit now",
    "NameTag": "Your name at tables",
    "QueueEntry": "Tables you wait for",
    "TableMessage": "What you wrote at tables",
    "Mail": "Mail to you",
    "JoinLink": "Your join links",
    "SignIn": "Browsers you signed in",
    "GrantRow": "Your roles",
    "Speaker": "You on the agenda",
    "SecurityEntry": "What the security log holds of you",
    "Announcement": "Announcements you sent",
    "DroppedFrames": "Messages of yours that came too fast",
}
"""The heading of each relation, in the order in which they are shown."""
LEFT_OUT = frozenset(
    {
        "id",
        "person_id",
        "password_hash",
        "totp_secret",
        "totp_last_step",
        "token_hash",
        "html",
        "subject_id",
        "due_at",
        "lease",
        "leased_until",
        "synthetic",
    }
)
NAMED_BY = {
    "event_id": (Event, "title"),
    "session_id": (Session, "title"),
    "track_id": (Track, "title"),
    "table_id": (NetworkingTable, "title"),
    "stage_id": (Stage, "title"),
    "survey_id": (Survey, "title"),
    "question_id": (Question, "text"),
}
"""Columns that refer to a row with a name, which is shown in place of its id."""


IN_WORDS = {
    "created_at": "since",
    "job_role": "job role",
    "access_note": "what else helps",
    "directory": "shown to others by name",
    "source": "heard of it from",
    "calm": "calm mode",
    "enrolled": "registered by an organiser",
    "claimed_at": "first came in",
    "held_until": "place held until",
    "confirmed_at": "place confirmed",
    "cancelled_at": "cancelled",
    "idempotency_key": "occasion",
    "attempts": "tries",
    "reason": "problem",
    "lands_on": "leads to",
    "seen_at": "last seen",
    "started_at": "from",
    "received_at": "sent",
    "media_at": "moment of the programme",
    "wave": "live or on demand",
    "n": "number on its page",
    "sender": "page",
}
"""Plain words for columns whose names say little."""


@dataclass(frozen=True)
class Section:
    """The rows of one relation, each with its values by the plain names of its columns."""

    name: str
    title: str
    rows: list[dict[str, Any]]


async def everything(db: AsyncSession, person: Person) -> list[Section]:
    """Every row about a person, at every event of this installation, in sections."""
    found: dict[str, list[SQLModel]] = {"Person": [person]}
    for relation in (*REKEYED, *REMOVED, *LOOSENED):
        mine = select(relation).where(col(relation.person_id) == person.id)  # type: ignore[attr-defined]
        found[relation.__name__] = list((await db.exec(mine)).all())
    responses = [row.id for row in found["Response"]]  # type: ignore[attr-defined]
    found["Answer"] = list((await db.exec(select(Answer).where(col(Answer.response_id).in_(responses)))).all())
    names = await _names(db, [row for rows in found.values() for row in rows])
    return [Section(name, title, [_readable(row, names) for row in found[name]]) for name, title in TITLES.items()]


async def _names(db: AsyncSession, rows: list[SQLModel]) -> dict[uuid.UUID, str]:
    """The names of the rows that these rows refer to, by their ids."""
    names: dict[uuid.UUID, str] = {}
    for column, (relation, name) in NAMED_BY.items():
        ids = {value for row in rows if (value := getattr(row, column, None))}
        statement = select(relation.id, getattr(relation, name)).where(col(relation.id).in_(ids))  # type: ignore[attr-defined]
        names |= dict((await db.exec(statement)).all())
    return names


def _readable(row: SQLModel, names: dict[uuid.UUID, str]) -> dict[str, Any]:
    """A row in plain words, without its empty and secret columns, and with names in place of ids."""
    readable: dict[str, Any] = {}
    for column in type(row).model_fields:
        value = getattr(row, column)
        if column in LEFT_OUT or value is None or value == "":
            continue
        name = IN_WORDS.get(column, column.removesuffix("_id").removesuffix("_at").replace("_", " "))
        readable[name] = names.get(value, str(value)) if isinstance(value, uuid.UUID) else value
    return readable
