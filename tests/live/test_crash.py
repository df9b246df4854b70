"""Kill -9 in mid-ovation: what was answered is stored, what is stored was sent, and nothing is counted twice."""

import asyncio
import random
import signal

import pytest

from tests.live.ovation import Clapper, ovation, reconcile
from tests.live.page import opened

CROWD = 8


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_what_was_answered_is_stored_and_nothing_is_counted_twice(
    server, make, database, soak, event, session, keynote
):
    seed, kills = random.randrange(2**32), 20 if soak else 2
    print(f"seed {seed}, {kills} kills")
    chance = random.Random(seed)
    people = [await make.delegate(event) for _ in range(CROWD)]
    crowd = [Clapper([server.base], p, await make.cookie(p), keynote, chance.randrange(2**32)) for p in people]
    async with ovation(crowd):
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.5, 2.5))
            await server.end(signal.SIGKILL)
            await server.start()
    await reconcile(database, session.id, crowd)


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
