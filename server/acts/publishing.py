"""Sending to a stage and watching it backstage: an offer is answered by the media process, a publisher has a slot.

An offer and an answer are session descriptions (SDP) as text; nobody else talks to the media process about them.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from rooms.control import Leave, Publish, Watch
from server.media.line import MediaAway, MediaLine, MediaRefused
from server.models import Person, SignIn, Stage
from server.rules.permissions import Grant
from server.store import backstage, stages
from server.store.backstage import connection_of
from server.store.engine.database import Database
from server.store.stages import Publisher

OPENS_WITHIN_S = 8.0
"""The longest that an offer waits while the media process starts; encoders give up after ten seconds or more."""
ROLES = ("speaker", "chair", "interpreter", "producer", "organiser")
"""The roles backstage; somebody who has several appears in the first of them."""
ENCODER = Publisher("Encoder", "encoder")
"""The publisher that shows the stage's stream key."""


class NoSuchConnection(Exception):
    """The connection that was to be ended is not theirs, or is over."""


class Answered(NamedTuple):
    """The media process's answer to an offer, and the connection by which it is ended."""

    connection: str
    answer: str


def publisher_of(person: Person, grants: Collection[Grant], stage: Stage) -> Publisher:
    """A person as a publisher, in the role that their grants at this stage give them."""
    reach = {None, stage.event_id, stage.id}
    roles = {grant.role for grant in grants if grant.scope_id in reach}
    return Publisher(person.name, next((role for role in ROLES if role in roles), "speaker"), person.id)


def sender_of(stage: Stage, publisher: Publisher) -> str:
    """The name by which the offers of a person, or of a stage's encoder, are counted."""
    return publisher.id if publisher.person_id else f"{publisher.id}-{stage.id}"


class NotAnyMore(Exception):
    """Their rights went while the media process answered, so the connection was ended."""


async def publish(
    database: Database, line: MediaLine, stage: Stage, publisher: Publisher, offer: str, here: SignIn | None = None
) -> Answered:
    """Receive what a publisher sends; a media process is started for them where there is none.

    `here` is the sign-in of a person, whose end ends what they send. Raises StageRefused when there is no slot for
    them, and MediaAway, MediaRefused or NotAnyMore, after which they have none.
    """
    if not line.is_open:
        async with database.writing() as db:
            await stages.want(db, stage, datetime.now(UTC))
        await reach(line)
    connection = connection_of(here)
    async with database.writing() as db:
        source, replaced = await stages.arrive(db, stage, publisher, connection, datetime.now(UTC))
    assert source.slot is not None
    try:
        if replaced is not None:
            await line.let_go(str(stage.id), replaced)
        person = sender_of(stage, publisher)
        answer = await line.describe(Publish(str(stage.id), connection, person, source.slot, offer))
    except (MediaAway, MediaRefused) as error:
        async with database.writing() as db:
            await stages.note(db, stage, connection, "left", datetime.now(UTC))
        if isinstance(error, MediaAway):
            await end_unanswered(line, stage, connection)
        raise
    await _check_again(database, line, stage, connection)
    return Answered(connection, answer)


async def unpublish(database: Database, line: MediaLine, stage: Stage, publisher: Publisher, connection: str) -> None:
    """End what a publisher sends, in good order. Raises NoSuchConnection, MediaAway."""
    async with database.writing() as db:
        if not await stages.leave(db, stage, publisher, connection, datetime.now(UTC)):
            raise NoSuchConnection
    await line.let_go(str(stage.id), connection)


async def watch(database: Database, line: MediaLine, stage: Stage, here: SignIn, offer: str) -> Answered:
    """Send somebody what comes from everybody else backstage. Raises MediaAway, MediaRefused, NotAnyMore."""
    await reach(line)
    async with database.reading() as db:
        sources = await stages.sources_of(db, stage.id)
    slot = next((source.slot for source in sources if source.person_id == here.person_id), None)
    connection = connection_of(here)
    try:
        answer = await line.describe(Watch(str(stage.id), connection, str(here.person_id), slot, offer))
    except MediaAway:
        await end_unanswered(line, stage, connection)
        raise
    await _check_again(database, line, stage, connection)
    return Answered(connection, answer)


async def unwatch(line: MediaLine, stage: Stage, here: SignIn, connection: str) -> None:
    """End what somebody watches. Raises NoSuchConnection, MediaAway, MediaRefused."""
    if backstage.mark_of(connection) != backstage.mark_of(connection_of(here)):
        raise NoSuchConnection
    await line.tell(Leave(str(stage.id), connection))


async def end_unanswered(line: MediaLine, stage: Stage, connection: str) -> None:
    """End a connection whose answer did not come in time: nobody knows of it."""
    if line.is_open:
        with suppress(MediaAway, MediaRefused):
            await line.let_go(str(stage.id), connection)


async def reach(line: MediaLine) -> None:
    """Wait until the media process is reached. Raises MediaAway when it is not in time."""
    if not await line.opens(OPENS_WITHIN_S):
        raise MediaAway


async def _check_again(database: Database, line: MediaLine, stage: Stage, connection: str) -> None:
    """End a connection whose rights went before the media process had it. Raises NotAnyMore."""
    async with database.reading() as db:
        if connection in await backstage.may_stay(db, stage.id, [connection]):
            return
    async with database.writing() as db:
        await stages.note(db, stage, connection, "left", datetime.now(UTC))
    await line.let_go(str(stage.id), connection)
    raise NotAnyMore
