"""A speaker's own page."""

import httpx
import pytest

from server.models import Event, Person, SessionSpeaker, Speaker, Tally
from server.store.engine.database import Database
from tests.factory import Factory


@pytest.fixture
async def hana(make: Factory, client: httpx.AsyncClient, event: Event) -> Person:
    hana = await make.person("Hana")
    await make.grant(hana, "speaker", "event", event.id)
    client.cookies.update(await make.cookie(hana))
    return hana


@pytest.fixture
async def speaker(make: Factory, event: Event, hana: Person) -> Speaker:
    return await make.speaker(event, hana, name="Hana")


async def test_it_shows_their_sessions_their_reactions_and_their_table(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, speaker: Speaker
) -> None:
    mine, others = await make.live_session(event, title="My talk"), await make.live_session(event, title="Not mine")
    table = await make.table(event, speaker, title="Ask Hana")
    async with database.writing() as db:
        db.add(SessionSpeaker(session_id=mine.id, speaker_id=speaker.id))
        db.add(Tally(session_id=mine.id, wave="live", emoji="clap", n=1234))
    page = (await client.get(f"/{event.slug}/speaker")).text
    assert "My talk" in page
    assert others.title not in page
    assert "1,234" in page
    assert f"/{event.slug}/lounge/{table.id}" in page


async def test_a_speaker_without_a_session_is_told_what_comes(
    client: httpx.AsyncClient, event: Event, hana: Person
) -> None:
    assert "You have no sessions yet" in (await client.get(f"/{event.slug}/speaker")).text


async def test_a_delegate_has_no_such_page(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    client.cookies.update(await make.cookie(await make.delegate(event)))
    assert (await client.get(f"/{event.slug}/speaker")).status_code == 403
