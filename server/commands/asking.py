"""Access to one event for the commands that only read."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from server.commands.event import the_event
from server.commands.migrate import upgrade
from server.models import Event
from server.settings import Settings
from server.store.engine.database import Database

Told = TypeVar("Told")


def ask(settings: Settings, slug: str, question: Callable[[AsyncSession, Event], Awaitable[Told]]) -> Told:
    """Migrate the database and return the answer to `question` about an event, from one consistent snapshot.

    Raises UsersError when the database does not answer, and for a slug that no event has.
    """
    upgrade(settings)
    return asyncio.run(_ask(settings, slug, question))


async def _ask(settings: Settings, slug: str, question: Callable[[AsyncSession, Event], Awaitable[Told]]) -> Told:
    database = Database(settings.database)
    try:
        async with database.reading(is_long=True) as db:
            return await question(db, await the_event(db, slug))
    finally:
        await database.close()
