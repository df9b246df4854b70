"""The security log: an act is noted in its own transaction, and told to the machines' log after the commit."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement, delete, update
from sqlmodel import SQLModel, col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import (
    Chapter,
    Event,
    FilmUpload,
    GrantRow,
    NetworkingTable,
    Person,
    SecurityEntry,
    Session,
    Speaker,
    Stage,
    Track,
)
from server.rules.permissions import CREW, Grant
from server.rules.security_log import ACTS, KEPT, Outcome, strongest_role
from server.store.engine.database import do_after

PAGE = 50
"""Entries on one page."""
ACTOR = "actor"
"""The key of a transaction's notes: the actor in whose name it runs."""
log = structlog.get_logger("plenary.security")


class Actor(NamedTuple):
    """The sender of a request, or a command: whose acts a transaction holds, and from where.

    Without a `role` they act in the strongest one that their `grants` give them at the event.
    """

    person_id: uuid.UUID | None = None
    role: str = ""
    address: str = ""
    event_id: uuid.UUID | None = None
    grants: frozenset[Grant] = frozenset()


class Subject(NamedTuple):
    """The thing or person that an act is about."""

    kind: str
    id: uuid.UUID | None


COMMAND_LINE = Actor(role="command line")
ITSELF = Actor(role="plenary")
"""The application: a duty, or the laying of the demo."""
NOTHING = Subject("", None)
NAMES: dict[str, tuple[type[SQLModel], str]] = {
    "chapter": (Chapter, "title"),
    "event": (Event, "title"),
    "person": (Person, "name"),
    "session": (Session, "title"),
    "speaker": (Speaker, "name"),
    "stage": (Stage, "title"),
    "table": (NetworkingTable, "title"),
    "track": (Track, "title"),
    "upload": (FilmUpload, "title"),
}
"""For each kind of subject that has a name, its relation and the column of the name."""


def act_as(db: AsyncSession, actor: Callable[[], Actor]) -> None:
    """Let whatever the transaction notes be noted as this actor's, who is asked for when something is noted."""
    db.info[ACTOR] = actor


def note(
    db: AsyncSession,
    action: str,
    subject: Subject = NOTHING,
    *,
    detail: str = "",
    outcome: Outcome = "done",
    person_id: uuid.UUID | None = None,
) -> None:
    """Note an act in its transaction; `person_id` is who acted, where the request's viewer did not.

    Raises KeyError for an action without words.
    """
    if action not in ACTS:
        raise KeyError(action)
    actor: Actor = db.info[ACTOR]() if ACTOR in db.info else ITSELF
    entry = SecurityEntry(
        event_id=actor.event_id,
        person_id=person_id or actor.person_id,
        role=actor.role or strongest_role(actor.grants, actor.event_id),
        action=action,
        detail=detail,
        subject=subject.kind,
        subject_id=subject.id,
        address=actor.address,
        outcome=outcome,
    )
    db.add(entry)
    do_after(db, partial(_tell, entry))


def _tell(entry: SecurityEntry) -> None:
    """Write the entry as one line of the machines' log, where `event` is the name of the line."""
    held = entry.model_dump(exclude={"id", "at", "event_id"}, exclude_none=True)
    told = {name: str(value) for name, value in held.items() if value != ""}
    log.info("security", **told, **({"of_event": str(entry.event_id)} if entry.event_id else {}))


class LoggedAct(NamedTuple):
    """An entry with the names of its person and its subject, while these exist; else they are empty."""

    entry: SecurityEntry
    person: str
    subject: str


async def entries_of(
    db: AsyncSession,
    event_id: uuid.UUID,
    *,
    everywhere: bool = False,
    action: str = "",
    person_id: uuid.UUID | None = None,
    page: int | None = 1,
) -> tuple[list[LoggedAct], int]:
    """One page of the entries that match, the newest first, and the number of all; all of them without a `page`.

    An event's log holds the acts there, and the sign-ins and rights of its crew; `everywhere` adds those of everybody
    else, and of strangers.
    """
    matching = [_belonging_to(event_id, everywhere=everywhere)]
    if action:
        matching.append(col(SecurityEntry.action) == action)
    if person_id is not None:
        matching.append(or_(col(SecurityEntry.person_id) == person_id, col(SecurityEntry.subject_id) == person_id))
    total = (await db.exec(select(func.count()).select_from(SecurityEntry).where(*matching))).one()
    statement = select(SecurityEntry).where(*matching)
    statement = statement.order_by(col(SecurityEntry.at).desc(), col(SecurityEntry.id))
    if page is not None:
        statement = statement.offset((page - 1) * PAGE).limit(PAGE)
    found = (await db.exec(statement)).all()
    names = await _names(db, found)
    return [
        LoggedAct(entry, names.get(("person", entry.person_id), ""), names.get((entry.subject, entry.subject_id), ""))
        for entry in found
    ], total


def _belonging_to(event_id: uuid.UUID, *, everywhere: bool) -> ColumnElement[bool]:
    here = col(SecurityEntry.event_id) == event_id
    outside = col(SecurityEntry.event_id).is_(None)
    if everywhere:
        return or_(here, outside)
    crew = select(GrantRow.person_id).where(
        col(GrantRow.role).in_(CREW),
        or_(col(GrantRow.scope) == "installation", col(GrantRow.scope_id) == event_id),
    )
    theirs = or_(col(SecurityEntry.person_id).in_(crew), col(SecurityEntry.subject_id).in_(crew))
    return or_(here, outside & theirs)


async def _names(db: AsyncSession, entries: Sequence[SecurityEntry]) -> dict[tuple[str, uuid.UUID | None], str]:
    """The names of the entries' people and subjects, by kind and id. Whoever was erased has none."""
    wanted: dict[str, set[uuid.UUID]] = {kind: set() for kind in NAMES}
    for entry in entries:
        for kind, row_id in (("person", entry.person_id), (entry.subject, entry.subject_id)):
            if row_id is not None and kind in wanted:
                wanted[kind].add(row_id)
    names: dict[tuple[str, uuid.UUID | None], str] = {}
    for kind, ids in wanted.items():
        relation, name = NAMES[kind]
        for some in _portions(sorted(ids)):
            rows = await db.exec(select(relation.id, getattr(relation, name)).where(col(relation.id).in_(some)))  # type: ignore[attr-defined]
            names |= {(kind, row_id): text for row_id, text in rows}
    return names


def _portions(ids: Sequence[uuid.UUID], size: int = 1_000) -> list[Sequence[uuid.UUID]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


async def forget(db: AsyncSession, person_id: uuid.UUID, stranger: uuid.UUID) -> None:
    """Let a person's entries, and those about them, lead to a random id and from no address."""
    acted = update(SecurityEntry).where(col(SecurityEntry.person_id) == person_id)
    await db.exec(acted.values(person_id=stranger, address=""))
    about = update(SecurityEntry).where(col(SecurityEntry.subject_id) == person_id)
    await db.exec(about.values(subject_id=stranger, address=""))


async def remove_old(db: AsyncSession, now: datetime) -> None:
    """Remove the entries that are older than they are kept."""
    await db.exec(delete(SecurityEntry).where(col(SecurityEntry.at) < now - KEPT))
