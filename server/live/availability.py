"""The translation of an absent database into the rooms' error."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rooms.errors import Unavailable
from server.store.engine.availability import Trouble, cause_of, trouble_of

ANSWERS_WITHIN_S = 15.0


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Raise Unavailable when the database is away or silent. Its refusals pass unchanged."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            yield
    except Exception as error:
        trouble = trouble_of(error) or (Trouble.GONE if isinstance(error, OSError) else None)
        if trouble is None:
            raise
        raise Unavailable(f"{trouble.value} ({cause_of(error)})") from error
