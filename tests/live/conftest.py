"""An event with a live session, and a server that a test may kill."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.models import Event, Session
from server.settings import Settings
from tests.factory import Factory
from tests.live.killable import Killable


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


@pytest.fixture
async def session(make: Factory, event: Event) -> Session:
    return await make.live_session(event)


@pytest.fixture
def keynote(session: Session) -> str:
    """The live session's room."""
    return f"session:{session.id}"


@pytest.fixture
async def server(settings: Settings, tmp_path: Path) -> AsyncIterator[Killable]:
    """A started `plenary serve`; tests may kill it and start it again."""
    server = Killable(settings, tmp_path)
    await server.start()
    yield server
    await server.end(signal.SIGTERM)
