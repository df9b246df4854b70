"""Fixtures of the console's tests: the organiser, signed in as the console asks for."""

import httpx
import pytest

from server.models import Event, Person
from tests.factory import Factory


@pytest.fixture
async def olive(make: Factory, event: Event, client: httpx.AsyncClient) -> Person:
    """The organiser of the event, signed in with password and code."""
    person = await make.organiser(event)
    client.cookies.update(await make.cookie(person, strong=True))
    return person
