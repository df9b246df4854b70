"""Speakers on the agenda. A speaker with an address can sign in, see their sessions and host a table."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import GrantRow, NetworkingTable, Person, SessionSpeaker, Speaker
from server.store import name_tags, organisers, people
from server.store.engine.revisions import event_room, raise_revision


async def speakers_with_counts(db: AsyncSession, event_id: uuid.UUID) -> list[tuple[Speaker, int]]:
    """Every speaker of an event in order, with the number of their sessions."""
    statement = (
        select(Speaker, func.count(col(SessionSpeaker.session_id)))
        .outerjoin(SessionSpeaker, col(SessionSpeaker.speaker_id) == col(Speaker.id))
        .where(Speaker.event_id == event_id)
        .group_by(col(Speaker.id))
        .order_by(col(Speaker.position), col(Speaker.name))
    )
    return [(speaker, count) for speaker, count in await db.exec(statement)]


async def speakers_of(db: AsyncSession, event_id: uuid.UUID) -> Sequence[Speaker]:
    """Every speaker of an event in order."""
    statement = select(Speaker).where(Speaker.event_id == event_id).order_by(col(Speaker.name))
    return (await db.exec(statement)).all()


async def speaker_with(db: AsyncSession, event_id: uuid.UUID, speaker_id: uuid.UUID) -> Speaker | None:
    """A speaker of this event."""
    return (await db.exec(select(Speaker).where(Speaker.id == speaker_id, Speaker.event_id == event_id))).first()


async def speaking_as(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> Sequence[Speaker]:
    """The speakers of an event by whose address this person signs in."""
    statement = select(Speaker).where(Speaker.event_id == event_id, Speaker.person_id == person_id)
    return (await db.exec(statement)).all()


async def address_of(db: AsyncSession, speaker: Speaker) -> str:
    """The mail address of a speaker, empty when they have none and cannot sign in."""
    person = await db.get(Person, speaker.person_id) if speaker.person_id else None
    return person.email if person else ""


async def create(db: AsyncSession, event_id: uuid.UUID, email: str, **columns: Any) -> Speaker:
    """Add a speaker after the last one."""
    last = (await db.exec(select(func.max(Speaker.position)).where(Speaker.event_id == event_id))).one()
    speaker = Speaker(event_id=event_id, position=0 if last is None else last + 1, **columns)
    db.add(speaker)
    await _know_as(db, speaker, email)
    return speaker


async def change(db: AsyncSession, speaker: Speaker, email: str, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(speaker, name, value)
    db.add(speaker)
    await _know_as(db, speaker, email)


async def _know_as(db: AsyncSession, speaker: Speaker, email: str) -> None:
    """Link a speaker to the person with this address, empty: to nobody. Their grants follow."""
    before = speaker.person_id
    person = await people.find_or_add(db, email, speaker.name) if email else None
    speaker.person_id = person.id if person else None
    await db.flush()
    if before is not None and before != speaker.person_id:
        await _take_grants(db, speaker, before)
    if person is not None:
        await organisers.grant(db, person.id, "speaker", "event", speaker.event_id)
    tables = (await db.exec(select(NetworkingTable).where(NetworkingTable.speaker_id == speaker.id))).all()
    for table in tables:
        await give_host(db, table)
    await name_tags.redraw(db, [table.id for table in tables])
    await raise_revision(db, event_room(speaker.event_id), "agenda")


async def remove(db: AsyncSession, speaker: Speaker) -> None:
    """Delete a speaker. Their sessions and tables stay, without them."""
    if speaker.person_id is not None:
        await _take_grants(db, speaker, speaker.person_id)
    hosted = (await db.exec(select(NetworkingTable.id).where(NetworkingTable.speaker_id == speaker.id))).all()
    await name_tags.redraw(db, hosted)
    await db.exec(delete(Speaker).where(col(Speaker.id) == speaker.id))
    await raise_revision(db, event_room(speaker.event_id), "agenda")


async def _take_grants(db: AsyncSession, speaker: Speaker, person_id: uuid.UUID) -> None:
    tables = select(NetworkingTable.id).where(NetworkingTable.speaker_id == speaker.id)
    hosting = (col(GrantRow.scope) == "table") & col(GrantRow.scope_id).in_(tables)
    others = [each for each in await speaking_as(db, speaker.event_id, person_id) if each.id != speaker.id]
    speaking = (col(GrantRow.scope) == "event") & (col(GrantRow.scope_id) == speaker.event_id)
    held = hosting if others else hosting | speaking
    await organisers.take_grants(
        db, col(GrantRow.person_id) == person_id, col(GrantRow.role).in_(("speaker", "host")), held
    )


async def give_host(db: AsyncSession, table: NetworkingTable) -> None:
    """Make the table's speaker its only host."""
    await organisers.take_grants(db, col(GrantRow.role) == "host", col(GrantRow.scope_id) == table.id)
    host = await db.get(Speaker, table.speaker_id) if table.speaker_id else None
    if host is not None and host.person_id is not None:
        await organisers.grant(db, host.person_id, "host", "table", table.id)
