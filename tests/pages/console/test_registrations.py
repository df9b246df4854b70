"""The registrations of an event, as its organiser sees them."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from server.models import Event
from server.store import people_list
from tests.factory import Factory

pytestmark = pytest.mark.usefixtures("olive")


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event(target=10)


@pytest.fixture
def people(event: Event) -> str:
    return f"/{event.slug}/console/registrations"


async def test_an_event_without_registrations_says_so(client: httpx.AsyncClient, people: str) -> None:
    assert "Nobody has registered yet" in (await client.get(people)).text


async def test_people_are_found_by_name_address_and_organisation(
    client: httpx.AsyncClient, make: Factory, event: Event, people: str
) -> None:
    await make.delegate(event, "Amina", organisation="Basildon Hospital")
    await make.delegate(event, "Ben", organisation="100% Charity")
    for word, found, not_found in [
        ("amina", "Amina", "Ben"),
        ("BASILDON", "Amina", "Ben"),
        ("ben-", "Ben", "Amina"),
        ("0%", "Ben", "Amina"),
    ]:
        page = (await client.get(people, params={"q": word})).text
        assert f"{found}<br>" in page
        assert f"{not_found}<br>" not in page
    assert "Nobody matches" in (await client.get(people, params={"q": "<script>'--"})).text


async def test_the_waiting_list_is_in_the_order_of_waiting(
    client: httpx.AsyncClient, make: Factory, event: Event, people: str
) -> None:
    now = datetime.now(UTC)
    for minutes, name in enumerate(("Amina", "Ben", "Chidi")):
        await make.delegate(event, name, state="waitlisted", created_at=now + timedelta(minutes=minutes))
    page = (await client.get(people, params={"state": "waitlisted"})).text
    assert page.index("Amina<br>") < page.index("Ben<br>") < page.index("Chidi<br>")


async def test_sources_of_fewer_than_five_are_withheld(
    client: httpx.AsyncClient, make: Factory, event: Event, people: str
) -> None:
    for source, many in (("A colleague", 7), ("A newsletter", 2), ("A search", 6)):
        for _ in range(many):
            await make.delegate(event, source=source)
    page = (await client.get(people)).text
    chart = page[page.index("Where they heard of it") : page.index('id="list"')]
    assert chart.count("withheld</span>") == 2
    assert ">7<" in chart


async def test_a_long_list_comes_in_pages(client: httpx.AsyncClient, make: Factory, event: Event, people: str) -> None:
    for _ in range(people_list.PAGE + 1):
        await make.delegate(event)
    first, second = (await client.get(people)).text, (await client.get(f"{people}?page=2")).text
    assert first.count("Amina<br>") == people_list.PAGE
    assert second.count("Amina<br>") == 1
    assert "Page 2 of 2" in second
    assert (await client.get(f"{people}?page=9999")).status_code == 200


async def test_another_events_people_are_not_shown(client: httpx.AsyncClient, make: Factory, people: str) -> None:
    await make.delegate(await make.event(), "Zelda")
    assert "Zelda" not in (await client.get(people)).text
