"""Kill -9 in mid-ovation: what was answered is stored, what is stored was sent, and nothing is counted twice."""

import asyncio
import random
import signal
from collections import Counter
from contextlib import suppress

import pytest
from sqlmodel import select
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from rooms.protocol import EMOJI
from server.live.journal import SqlJournal
from server.models import Reaction
from tests.live.page import opened

CROWD = 8


class Clapper:
    """A delegate whose page claps, keeps what is not answered, and comes back to ask again."""

    def __init__(self, base: str, cookie: dict[str, str], room: str, seed: int) -> None:
        self.base, self.cookie, self.room = base, cookie, room
        self.random = random.Random(seed)
        self.sender = f"{self.random.getrandbits(64):016x}"
        self.sent: dict[int, str] = {}
        self.answers: dict[int, str] = {}
        self.contradictions = 0

    async def clap(self, over: asyncio.Event) -> None:
        """Until the ovation is over and everything is answered."""
        while not (over.is_set() and self.sent.keys() == self.answers.keys()):
            with suppress(ConnectionClosed, InvalidHandshake, InvalidMessage, OSError):
                async with opened(self.base, self.cookie, self.room) as page:
                    await self._stay(page, over)

    async def _stay(self, page, over: asyncio.Event) -> None:
        for n in sorted(self.sent.keys() - self.answers.keys()):
            await page.react(self.room, self.sent[n], sender=self.sender, n=n)
        while page.code is None:
            for (_, n), outcome in page.answers.items():
                self.contradictions += self.answers.setdefault(n, outcome) != outcome
            if not over.is_set():
                n = len(self.sent) + 1
                self.sent[n] = self.random.choice(EMOJI)
                await page.react(self.room, self.sent[n], sender=self.sender, n=n)
            elif self.sent.keys() == self.answers.keys():
                return
            await asyncio.sleep(self.random.uniform(0.02, 0.3))


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_what_was_answered_is_stored_and_nothing_is_counted_twice(
    server, make, database, soak, event, session, keynote
):
    seed, kills = random.randrange(2**32), 20 if soak else 2
    print(f"seed {seed}, {kills} kills")
    chance = random.Random(seed)
    people = [await make.delegate(event) for _ in range(CROWD)]
    crowd = [Clapper(server.base, await make.cookie(person), keynote, chance.randrange(2**32)) for person in people]
    over = asyncio.Event()
    async with asyncio.TaskGroup() as clapping:
        for clapper in crowd:
            clapping.create_task(clapper.clap(over))
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.5, 2.5))
            await server.end(signal.SIGKILL)
            await server.start()
        over.set()

    async with database.reading() as db:
        rows = (await db.exec(select(Reaction))).all()
    answered = {
        (person.id, clapper.sender, n): (clapper.sent[n], outcome)
        for person, clapper in zip(people, crowd, strict=True)
        for n, outcome in clapper.answers.items()
    }
    assert {(row.person_id, row.sender, row.n): (row.emoji, row.outcome) for row in rows} == answered
    assert sum(clapper.contradictions for clapper in crowd) == 0
    count = await SqlJournal(database).count(session.id)
    accepted = Counter(row.emoji for row in rows if row.outcome == "accepted")
    assert count.totals().totals == {emoji: accepted[emoji] for emoji in EMOJI}
    assert count.ledger().tapped == len(rows) == sum(len(clapper.sent) for clapper in crowd)
    assert accepted.total() > 0


async def test_a_restart_brings_everybody_back_to_the_same_totals(server, make, event, keynote):
    cookie = await make.cookie(await make.delegate(event))
    async with opened(server.base, cookie, keynote) as page:
        await page.react(keynote)
        await page.until(lambda page: page.answers)
        await server.end(signal.SIGTERM)
        await page.until(lambda page: page.code)
        assert page.code == 1012
        epoch = page.notices[0].epoch
    await server.start()
    async with opened(server.base, cookie, keynote) as page:
        assert page.rooms[keynote]["reactions"]["totals"]["clap"] == 1
        assert page.notices[0].epoch != epoch
