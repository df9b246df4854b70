"""A notice is said once, on the page that it is for, and only after the form was sent."""

import httpx
import pytest

from server.models import Event, Person
from server.web.notices import NOTICES
from tests.factory import Factory
from tests.notices import left_by

SAID = NOTICES["bookmarked"].text


async def bookmark(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    session = await make.session(event)
    answer = await client.post(f"/{event.slug}/agenda/{session.slug}/bookmark", data={"kept": "yes"})
    assert (left_by(answer), "notice" in answer.headers["location"]) == ("bookmarked", False)


async def test_it_is_said_once(client: httpx.AsyncClient, make: Factory, event: Event, amina: Person) -> None:
    await bookmark(client, make, event)
    said = [SAID in (await client.get(f"/{event.slug}/agenda")).text for _ in range(2)]
    assert said == [True, False]


async def test_another_page_that_is_opened_before_it_does_not_take_it(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    await bookmark(client, make, event)
    for path in ("", "/lobby", "/my-data"):
        assert SAID not in (await client.get(f"/{event.slug}{path}")).text
    assert SAID in (await client.get(f"/{event.slug}/agenda")).text


@pytest.mark.parametrize("key", sorted(NOTICES))
async def test_a_link_makes_no_page_say_it(client: httpx.AsyncClient, event: Event, amina: Person, key: str) -> None:
    page = (await client.get(f"/{event.slug}/agenda?notice={key}")).text
    assert "page-notice" not in page
    assert NOTICES[key].text not in page


@pytest.mark.parametrize("value", ["", "saved", "saved:", "<b>:/mse/agenda", "saved:/elsewhere"])
async def test_a_cookie_that_is_not_ours_says_nothing(
    client: httpx.AsyncClient, event: Event, amina: Person, value: str
) -> None:
    client.cookies.set("notice", value)
    assert "page-notice" not in (await client.get(f"/{event.slug}/agenda")).text
