"""Telling a database that does not answer from a statement that it refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rooms.errors import Unavailable

ANSWERS_WITHIN_S = 15.0


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Raises Unavailable when the database is away or silent; what it refuses goes through unchanged."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            yield
    except (IntegrityError, DataError, ProgrammingError):
        raise
    except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
        raise Unavailable from error
