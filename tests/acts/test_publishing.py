"""Offers to a stage: the slots that they leave, and the right to end a connection."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from rooms.control import News
from server.acts import publishing
from server.acts.publishing import NoSuchConnection
from server.media.backstage import Backstage
from server.media.line import MediaAway, MediaLine, MediaRefused
from server.models import Event, SignIn, Stage
from server.rules.permissions import Grant
from server.settings import Settings
from server.store import stages
from server.store.backstage import ENCODER, connection_of, publisher_of
from server.store.engine.database import Database
from tests.factory import Factory
from tests.media.listening import KEY, listening_at
from tests.waiting import until

NO_OFFER = "v=0"
NOBODY = SignIn(person_id=uuid.uuid4(), token_hash="")


@pytest.fixture
async def stage(make: Factory) -> Stage:
    event: Event = await make.event()
    return await make.stage(event)


@pytest.fixture
async def line(settings: Settings) -> AsyncIterator[MediaLine]:
    """The line to a media process that answers."""

    async def hear(_: News) -> None: ...

    async with listening_at(settings, settings.data):
        line = MediaLine(settings, KEY)
        running = asyncio.create_task(line.run(hear))
        await until(lambda: line.is_open)
        yield line
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def sources(database: Database, stage: Stage) -> list[tuple[str, str, int | None]]:
    async with database.reading() as db:
        return [(each.name, each.state, each.slot) for each in await stages.sources_of(db, stage.id)]


async def test_whoever_sends_no_offer_has_no_place(database: Database, stage: Stage, line: MediaLine) -> None:
    with pytest.raises(MediaRefused, match="bad-offer"):
        await publishing.publish(Backstage(database, line), stage, ENCODER, NO_OFFER)
    assert await sources(database, stage) == [("Encoder", "left", None)]


async def test_whoever_finds_no_media_process_has_no_place_and_is_waited_for(
    database: Database, stage: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "OPENS_WITHIN_S", 0.0)
    with pytest.raises(MediaAway):
        await publishing.publish(Backstage(database, MediaLine(settings, KEY)), stage, ENCODER, NO_OFFER)
    assert await sources(database, stage) == []
    async with database.reading() as db:
        assert (await db.get_one(Stage, stage.id)).wanted_at is not None


async def test_whoever_only_watches_has_no_media_process_started(
    database: Database, stage: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "OPENS_WITHIN_S", 0.0)
    with pytest.raises(MediaAway):
        await publishing.watch(
            Backstage(database, MediaLine(settings, KEY)),
            stage,
            SignIn(person_id=uuid.uuid4(), token_hash=""),
            NO_OFFER,
        )
    async with database.reading() as db:
        assert (await db.get_one(Stage, stage.id)).wanted_at is None


async def test_nobody_ends_what_another_sends_or_watches(
    database: Database, stage: Stage, line: MediaLine, make: Factory
) -> None:
    ben = await make.person("Ben")
    amaras, bens = (SignIn(person_id=uuid.uuid4(), token_hash="") for _ in range(2))
    with pytest.raises(NoSuchConnection):
        await publishing.unwatch(line, stage, bens, connection_of(amaras))
    with pytest.raises(NoSuchConnection):
        await publishing.unpublish(database, line, stage, publisher_of(ben, [], stage), "amaras")


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        (("organiser", "chair"), "chair"),
        (("producer",), "producer"),
        ((), "speaker"),
    ],
)
async def test_somebody_is_backstage_as_the_first_of_their_roles_there(
    stage: Stage, make: Factory, roles: tuple[str, ...], role: str
) -> None:
    grants = [Grant(each, "stage", stage.id) for each in roles] + [Grant("speaker", "stage", uuid.uuid4())]
    assert publisher_of(await make.person("Amara"), grants, stage).role == role
