"""A kill -9 during an ovation: answered reactions are stored and reported, stored ones were sent, none counts twice."""

import random
import signal

import pytest

from loadtests.results import Figure, record
from tests.live.accounts import everything_agrees
from tests.live.commits import Kills
from tests.live.ovation import Clapper, ovation, reconcile
from tests.live.page import opened

CROWD = 8


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_what_was_answered_is_stored_and_reported_and_nothing_is_counted_twice(
    server, make, database, database_url, engine, soak, event, session, keynote, tmp_path
):
    seed, times = random.randrange(2**32), 20 if soak else 1
    print(f"seed {seed}, {times} kills")
    chance = random.Random(seed)
    people = [await make.delegate(event) for _ in range(CROWD)]
    crowd = [Clapper([server.base], p, await make.cookie(p), keynote, chance.randrange(2**32)) for p in people]
    kills = Kills(chance, database, database_url)
    async with ovation(crowd):
        for _ in range(times):
            await kills.kill(server, crowd)
    await reconcile(database, session.id, crowd)
    crew = await make.cookie(await make.organiser(event), strong=True)
    counted = await everything_agrees(database, server, event.slug, keynote, crew, tmp_path / "export")
    if soak:
        figures = [
            Figure("kills", [times]),
            Figure("answered = stored = reported", [counted], "reactions"),
            Figure("on their way at a kill", [kills.unanswered], "reactions"),
            Figure("of them stored and not yet answered", [kills.stored_unanswered], "reactions"),
        ]
        note = f"Seed {seed}. Each kill comes inside a transaction; none was lost, invented or counted twice."
        record(f"Killed in mid-ovation, over {engine}", "make soak", figures, [note])


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
