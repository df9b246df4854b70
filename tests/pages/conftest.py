"""What most pages are tested with: an event, and a delegate who is signed in."""

import httpx
import pytest

from server.models import Event, Person
from tests.factory import Factory


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


@pytest.fixture
async def amina(make: Factory, event: Event, client: httpx.AsyncClient) -> Person:
    """A delegate, signed in."""
    person = await make.delegate(event)
    client.cookies.update(await make.cookie(person))
    return person
