"""A crowd that claps through every failure, and the account of its claps afterwards."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from sqlmodel import select
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from rooms.protocol import EMOJI
from rooms.topics.reactions import ledger_of, totals_of
from server.live.journal import SqlJournal
from server.models import Person, Reaction
from server.store.engine.database import Database
from tests.live.page import Page, opened
from tests.waiting import until

BREATH_S = (0.02, 0.3)
"""The shortest and the longest time between two claps of one delegate."""


class Clapper:
    """A delegate whose page claps, keeps unanswered claps, and comes back to ask again at any of its addresses."""

    def __init__(self, bases: Sequence[str], person: Person, cookie: dict[str, str], room: str, seed: int) -> None:
        self.bases, self.person, self.cookie, self.room = bases, person, cookie, room
        self.random = random.Random(seed)
        self.sender = f"{self.random.getrandbits(64):016x}"
        self.sent: dict[int, str] = {}
        self.answers: dict[int, str] = {}
        self.contradictions = 0

    async def clap(self, over: asyncio.Event) -> None:
        """Clap until the ovation is over and everything is answered."""
        while not (over.is_set() and self.sent.keys() == self.answers.keys()):
            with suppress(ConnectionClosed, InvalidHandshake, InvalidMessage, OSError):
                async with opened(self.random.choice(self.bases), self.cookie, self.room) as page:
                    await self._stay(page, over)

    async def _stay(self, page: Page, over: asyncio.Event) -> None:
        for n in sorted(self.sent.keys() - self.answers.keys()):
            await page.react(self.room, self.sent[n], sender=self.sender, n=n)
        while page.code is None and not over.is_set():
            n = len(self.sent) + 1
            self.sent[n] = self.random.choice(EMOJI)
            await page.react(self.room, self.sent[n], sender=self.sender, n=n)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.random.uniform(*BREATH_S)):
                    await over.wait()
            self._is_answered(page)
        await page.until(lambda page: self._is_answered(page) or page.code is not None)

    def _is_answered(self, page: Page) -> bool:
        """Note what this page was answered; True when that is everything."""
        for (_, n), outcome in page.answers.items():
            self.contradictions += self.answers.setdefault(n, outcome) != outcome
        return self.sent.keys() == self.answers.keys()


@asynccontextmanager
async def ovation(crowd: Sequence[Clapper]) -> AsyncIterator[None]:
    """Let a crowd clap while the context is open; at its end every reaction has been answered."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as clapping:
        for clapper in crowd:
            clapping.create_task(clapper.clap(over))
        yield
        over.set()


async def more_claps(crowd: Sequence[Clapper], count: int) -> None:
    """Wait until the crowd has clapped `count` times more."""
    goal = sum(len(clapper.sent) for clapper in crowd) + count
    await until(lambda: sum(len(clapper.sent) for clapper in crowd) >= goal)


async def reconcile(database: Database, session_id: UUID, crowd: Sequence[Clapper]) -> Counter[str]:
    """Check that answered = stored = reported, and nothing twice. Returns the accepted reactions by emoji."""
    async with database.reading() as db:
        rows = (await db.exec(select(Reaction))).all()
    answered = {
        (clapper.person.id, clapper.sender, n): (clapper.sent[n], outcome)
        for clapper in crowd
        for n, outcome in clapper.answers.items()
    }
    assert {(row.person_id, row.sender, row.n): (row.emoji, row.outcome) for row in rows} == answered
    assert sum(clapper.contradictions for clapper in crowd) == 0
    count = await SqlJournal(database).count(session_id)
    accepted = Counter(row.emoji for row in rows if row.outcome == "accepted")
    assert totals_of(count).totals == {emoji: accepted[emoji] for emoji in EMOJI}
    assert ledger_of(count).tapped == len(rows) == sum(len(clapper.sent) for clapper in crowd)
    assert accepted.total() > 0
    return accepted
