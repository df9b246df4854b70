"""The translation of an absent database into the rooms' error."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rooms.errors import Unavailable
from server.store.engine.availability import is_away

ANSWERS_WITHIN_S = 15.0


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Raise Unavailable when the database is away or silent. Its refusals pass unchanged."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            yield
    except Exception as error:
        if is_away(error) or isinstance(error, (OSError, TimeoutError)):
            raise Unavailable from error
        raise
