"""Revisions, by which rooms learn that a row they show has changed, in whichever process."""

from sqlalchemy import Insert, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import TopicRevision
from server.store.engine.database import CHANGES
from server.store.engine.upserts import insert_into

REACHED = select(col(TopicRevision.room), col(TopicRevision.topic), col(TopicRevision.revision)).where(
    col(TopicRevision.room).in_(bindparam("rooms", expanding=True))
)
"""Run once a second for as long as anybody is in a room, so it is built once and returns plain rows."""


async def raise_revision(db: AsyncSession, room: str, topic: str) -> int:
    """Raise a topic's revision in the running transaction and return it. The rooms are told after the commit."""
    statement = insert_into(db, TopicRevision).values(room=room, topic=topic, revision=1)
    raised: Insert = statement.on_conflict_do_update(
        index_elements=["room", "topic"], set_={"revision": col(TopicRevision.revision) + 1}
    )
    revision: int = (await db.exec(raised.returning(col(TopicRevision.revision)))).scalar_one()
    db.info.setdefault(CHANGES, []).append((room, topic, revision))
    return revision


async def revisions_of(db: AsyncSession, rooms: list[str]) -> dict[tuple[str, str], int]:
    """The revision of every topic of these rooms that has ever changed."""
    found = await db.exec(REACHED, params={"rooms": rooms})
    return {(room, topic): revision for room, topic, revision in found}


def event_room(event_id: object) -> str:
    """The name of the room that every page of an event is in."""
    return f"event:{event_id}"


def session_room(session_id: object) -> str:
    """The name of a session's room."""
    return f"session:{session_id}"


def table_room(table_id: object) -> str:
    """The name of a networking table's room."""
    return f"table:{table_id}"


def stage_room(stage_id: object) -> str:
    """The name of a stage's room."""
    return f"stage:{stage_id}"
