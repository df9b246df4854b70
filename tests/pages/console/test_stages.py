"""Stages, as the organiser makes and changes them."""

import httpx
import pytest
from starlette.applications import Starlette

from server.models import Event, Stage
from server.settings import Settings
from server.store import stages
from server.store.engine.database import Database
from tests.factory import Factory

pytestmark = pytest.mark.usefixtures("olive")


async def stored(database: Database, event: Event) -> list[tuple[str, bool]]:
    async with database.reading() as db:
        return [(stage.title, stage.low_latency) for stage in await stages.stages_of(db, event.id)]


def edit(event: Event, stage: Stage) -> str:
    return f"/{event.slug}/console/stages/{stage.id}/edit"


async def test_a_stage_is_made_with_low_latency_or_without(
    client: httpx.AsyncClient, event: Event, database: Database
) -> None:
    for fields in ({"title": "Main stage", "low_latency": "yes"}, {"title": "Small stage"}):
        assert (await client.post(f"/{event.slug}/console/stages", data=fields)).status_code == 303
    assert await stored(database, event) == [("Main stage", True), ("Small stage", False)]
    assert "low latency" in (await client.get(f"/{event.slug}/console/stages")).text


async def test_its_name_and_latency_are_changed(
    client: httpx.AsyncClient, event: Event, database: Database, make: Factory
) -> None:
    stage = await make.stage(event, title="Main stage", low_latency=True)
    page = (await client.get(edit(event, stage))).text
    assert 'value="Main stage"' in page and "checked" in page
    assert (await client.post(edit(event, stage), data={"title": "Great hall"})).status_code == 303
    assert await stored(database, event) == [("Great hall", False)]


async def test_two_stages_are_not_called_the_same(
    client: httpx.AsyncClient, event: Event, database: Database, make: Factory
) -> None:
    await make.stage(event, title="Main stage")
    stage = await make.stage(event, title="Small stage", position=1)
    answer = await client.post(edit(event, stage), data={"title": "MAIN stage"})
    assert answer.status_code == 422 and "Another stage is called that already" in answer.text
    assert (await client.post(edit(event, stage), data={"title": "small stage"})).status_code == 303
    assert await stored(database, event) == [("Main stage", False), ("small stage", False)]


async def test_the_stage_of_another_event_is_not_found(client: httpx.AsyncClient, event: Event, make: Factory) -> None:
    elsewhere = await make.stage(await make.event())
    assert (await client.get(edit(event, elsewhere))).status_code == 404
    assert (await client.post(edit(event, elsewhere), data={"title": "Mine"})).status_code == 404


async def test_low_latency_is_not_offered_with_an_object_store(
    app: Starlette, client: httpx.AsyncClient, event: Event, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/{event.slug}/console/stages"
    assert 'name="low_latency"' in (await client.get(address)).text
    monkeypatch.setattr(app.state, "settings", settings.model_copy(update={"store_url": "s3://bucket"}))
    assert 'name="low_latency"' not in (await client.get(address)).text
