"""The killing of a server inside a commit."""

import asyncio
import random
import signal
import sqlite3
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy.engine import make_url
from sqlmodel import select, text

from server.models import Reaction
from server.store.engine.database import Database
from tests.live.killable import Killable
from tests.live.ovation import Clapper, more_claps

WRITES_WITHIN_S = 120
CLAPS_BETWEEN = (10, 80)
"""Two kills: a fraction of a second to two, for the crowds that there are."""
MOST_LOOKS = 20
"""The most looks between seeing a transaction and the kill: each takes part of a millisecond."""
OTHERS_WRITE = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"
)


class Kills:
    """Kills a server at random times, each within one of its own writing transactions."""

    def __init__(self, chance: random.Random, database: Database, url: str) -> None:
        self.chance, self.database, self.url = chance, database, url
        self.unanswered = 0
        """The number of reactions that were sent and not answered at a kill, over all kills."""
        self.stored_unanswered = 0
        """The number of them that the commit had stored already."""

    async def kill(self, server: Killable, crowd: Sequence[Clapper]) -> None:
        """Kill the server and start it again."""
        await more_claps(crowd, self.chance.randint(*CLAPS_BETWEEN))
        async with asyncio.timeout(WRITES_WITHIN_S):
            while not await self._is_written():
                pass
        for _ in range(self.chance.randint(0, MOST_LOOKS)):
            await self._is_written()
        await server.end(signal.SIGKILL)
        waiting = {(each.sender, n) for each in crowd for n in each.sent.keys() - each.answers.keys()}
        async with self.database.reading() as db:
            stored = {(row.sender, row.n) for row in await db.exec(select(Reaction))}
        self.unanswered += len(waiting)
        self.stored_unanswered += len(waiting & stored)
        await server.start()

    async def _is_written(self) -> bool:
        """Tell whether another process is in a writing transaction."""
        url = make_url(self.url)
        if url.get_backend_name() == "postgresql":
            async with self.database.reading() as db:
                connection = await db.connection()
                return bool((await connection.execute(OTHERS_WRITE)).scalar())
        await asyncio.sleep(0)
        with closing(sqlite3.connect(url.database or "", timeout=0, isolation_level=None)) as writer:
            try:
                writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            writer.execute("ROLLBACK")
            return False
