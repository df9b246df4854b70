"""Sending to a stage and watching it backstage: an offer is answered by the media process, a publisher has a slot.

An offer and an answer are session descriptions (SDP) as text; nobody else talks to the media process about them.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from rooms.control import Leave, Publish, Watch
from server.media.backstage import Backstage
from server.media.line import MediaAway, MediaLine, MediaRefused
from server.models import SignIn, Stage
from server.store import stages
from server.store.backstage import connection_of, mark_of, may_stay, sender_of
from server.store.engine.database import Database
from server.store.stages import Publisher

OPENS_WITHIN_S = 8.0
"""The longest that an offer waits while the media process starts; encoders give up after ten seconds or more."""


class NoSuchConnection(Exception):
    """The connection that was to be ended is not theirs, or is over."""


class Answered(NamedTuple):
    """The media process's answer to an offer, and the connection by which it is ended."""

    connection: str
    answer: str


class NotAnyMore(Exception):
    """Their rights went while the media process answered, so the connection is being ended."""


async def publish(
    backstage: Backstage, stage: Stage, publisher: Publisher, offer: str, here: SignIn | None = None
) -> Answered:
    """Receive what a publisher sends; a media process is started for them where there is none.

    `here` is the sign-in of a person, whose end ends what they send. Raises StageRefused when there is no slot for
    them, MediaAway or MediaRefused, after which they have none, and NotAnyMore.
    """
    database, line = backstage.database, backstage.line
    if not line.is_open:
        async with database.writing() as db:
            await stages.want(db, stage, datetime.now(UTC))
        if not await line.opens(OPENS_WITHIN_S):
            raise MediaAway
    connection, sender = connection_of(here), sender_of(stage, publisher)
    async with database.writing() as db:
        source, replaced = await stages.arrive(db, stage, publisher, connection, datetime.now(UTC))
    assert source.slot is not None
    try:
        if replaced is not None:
            await line.let_go(str(stage.id), replaced)
        answer = await line.describe(Publish(str(stage.id), connection, sender, source.slot, offer))
    except (MediaAway, MediaRefused):
        async with database.writing() as db:
            await stages.note(db, stage, connection, "left", datetime.now(UTC))
        raise
    async with database.reading() as db:
        if not await may_stay(db, stage.id, [connection]):
            backstage.doubt_all()
            raise NotAnyMore
    return Answered(connection, answer)


async def unpublish(database: Database, line: MediaLine, stage: Stage, publisher: Publisher, connection: str) -> None:
    """End what a publisher sends, in good order. Raises NoSuchConnection, MediaAway."""
    async with database.writing() as db:
        if not await stages.leave(db, stage, publisher, connection, datetime.now(UTC)):
            raise NoSuchConnection
    await line.let_go(str(stage.id), connection)


async def watch(backstage: Backstage, stage: Stage, here: SignIn, offer: str) -> Answered:
    """Send somebody what comes from everybody else backstage. Raises MediaAway, MediaRefused, NotAnyMore."""
    database, line = backstage.database, backstage.line
    if not await line.opens(OPENS_WITHIN_S):
        raise MediaAway
    async with database.reading() as db:
        sources = await stages.sources_of(db, stage.id)
    slot = next((source.slot for source in sources if source.person_id == here.person_id), None)
    connection = connection_of(here)
    answer = await line.describe(Watch(str(stage.id), connection, str(here.person_id), slot, offer))
    async with database.reading() as db:
        if not await may_stay(db, stage.id, [connection]):
            backstage.doubt_all()
            raise NotAnyMore
    return Answered(connection, answer)


async def unwatch(line: MediaLine, stage: Stage, here: SignIn, connection: str) -> None:
    """End what somebody watches. Raises NoSuchConnection, MediaAway, MediaRefused."""
    if mark_of(connection) != mark_of(connection_of(here)):
        raise NoSuchConnection
    await line.tell(Leave(str(stage.id), connection))
