"""The question a room asks of whoever knows people and grants."""

import uuid
from collections.abc import Collection
from typing import Protocol

from rooms.protocol import Audience


class Access(Protocol):
    """Who may be in a room, and as whom."""

    async def audience(self, sign_in: uuid.UUID, room: str) -> Audience | None:
        """The audience in which this sign-in's person listens; None when they may not enter.

        Raises UnknownRoom when there is no such event, session or table; Unavailable when nobody can say now.
        """

    async def ended(self, sign_ins: Collection[uuid.UUID]) -> set[uuid.UUID]:
        """Those of these sign-ins that have ended. Raises Unavailable when nobody can say now."""
