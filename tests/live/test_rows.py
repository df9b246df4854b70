"""The row topics over the database: each has its view, its declared type and its revision."""

import uuid

import pytest

from rooms.errors import UnknownRoom
from rooms.topics import TOPICS
from server.live.rows import SqlRows
from server.live.views import VIEWS
from server.store import announcements
from server.store.engine import revisions

ROW_TOPICS = {(kind, name) for kind, topics in TOPICS.items() for name, topic in topics.items() if topic.is_row}


def test_every_row_topic_has_its_view():
    assert VIEWS.keys() == ROW_TOPICS


@pytest.fixture
async def rooms(make):
    event = await make.event(target=300)
    await make.delegate(event)
    session = await make.live_session(event)
    found = {"event": event, "session": session, "table": await make.table(event), "stage": await make.stage(event)}
    return {kind: f"{kind}:{row.id}" for kind, row in found.items()}


@pytest.mark.parametrize(("kind", "topic"), sorted(ROW_TOPICS))
async def test_a_state_is_of_the_declared_type_and_unknown_where_there_is_nothing(database, rooms, kind, topic):
    rows = SqlRows(database)
    [(name, row)] = (await rows.load(rooms[kind], [topic])).items()
    assert (name, row.revision) == (topic, 0)
    assert isinstance(row.state, TOPICS[kind][topic].state)
    with pytest.raises(UnknownRoom):
        await rows.load(f"{kind}:{uuid.uuid4()}", [topic])


async def test_a_state_bears_the_revision_that_it_has_reached(database, make, rooms):
    event_id, rows = uuid.UUID(rooms["event"].partition(":")[2]), SqlRows(database)
    organiser = await make.person()
    for text in ("Welcome", "Lunch"):
        async with database.writing() as db:
            await announcements.send(db, event_id, organiser.id, text)
    row = (await rows.load(rooms["event"], ["announcement"]))["announcement"]
    assert (row.revision, row.state.text) == (2, "Lunch")
    assert await rows.revisions(list(rooms.values())) == {(rooms["event"], "announcement"): 2}


async def test_what_was_undone_raises_no_revision_and_tells_nobody(database, rooms):
    told = []

    async def tell(changes):
        told.extend(changes)

    database.after_commit.append(tell)
    with pytest.raises(RuntimeError):
        async with database.writing() as db:
            await revisions.raise_revision(db, rooms["event"], "announcement")
            raise RuntimeError
    assert told == []
    assert await SqlRows(database).revisions([rooms["event"]]) == {}
