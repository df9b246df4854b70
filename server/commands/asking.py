"""How a command that only reads asks about one event."""

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
    """The answer to a question about an event, in one consistent view of what is stored.

    Raises UsersError when the database does not answer, and for a slug that no event has.
    """
    upgrade(settings)
    return asyncio.run(_ask(settings, slug, question))


async def _ask(settings: Settings, slug: str, question: Callable[[AsyncSession, Event], Awaitable[Told]]) -> Told:
    database = Database(settings.database)
    try:
        async with database.reading() as db:
            return await question(db, await the_event(db, slug))
    finally:
        await database.close()
