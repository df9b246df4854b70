"""Two web processes over Redis and one database: nobody notices which of them answers."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loadtests.results import Figure, record
from server.__main__ import main
from server.settings import Settings
from tests.engines.redis import Redis
from tests.live.killable import Killable
from tests.live.ovation import Clapper, more_claps, ovation, reconcile
from tests.live.page import Page, opened
from tests.waiting import paced

CROWD = 6
CLAPS_BETWEEN = (5, 35)
"""From one blow to Redis to the next: up to a second of this crowd."""


@pytest.fixture
async def twins(settings: Settings, tmp_path: Path, redis: Redis) -> AsyncIterator[tuple[Killable, Killable]]:
    """Two started web processes."""
    twins = Killable(settings, tmp_path, redis_url=redis.url), Killable(settings, tmp_path, redis_url=redis.url)
    await asyncio.gather(*(twin.start() for twin in twins))
    yield twins
    for twin in twins:
        await twin.end(signal.SIGTERM)


def here(room: str, count: int):
    return lambda page: page.rooms[room]["headcount"] == {"count": count}


@pytest.mark.one_engine
async def test_two_processes_are_one_conference_and_one_of_them_is_enough(twins, make, event, keynote):
    amara, ben = await make.delegate(event), await make.delegate(event)
    hers, his = await make.cookie(amara), await make.cookie(ben)
    one, other = twins
    async with opened(one.base, hers, keynote) as at_work, opened(other.base, hers, keynote) as at_home:
        async with opened(other.base, his, keynote) as bens:
            for page in (at_work, at_home, bens):
                await page.until(here(keynote, 2))
            await at_work.react(keynote)
            await bens.react(keynote, "wow")
            for page in (at_work, at_home, bens):
                await page.until(lambda page: page.rooms[keynote]["reactions"]["totals"]["clap"] == 1)
                await page.until(lambda page: page.rooms[keynote]["reactions"]["totals"]["wow"] == 1)
            await other.end(signal.SIGKILL)
            await bens.until(lambda page: page.code)
        async with opened(one.base, his, keynote) as back:
            assert back.rooms[keynote]["reactions"]["totals"]["clap"] == 1
            await back.react(keynote)
            await at_work.until(lambda page: page.rooms[keynote]["reactions"]["totals"]["clap"] == 2)
        await other.start()
        async with opened(other.base, his, keynote) as again:
            await again.until(here(keynote, 2))


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_no_reaction_is_lost_while_redis_is_killed_stopped_and_restarted(
    twins, make, database, soak, event, session, keynote, redis
):
    seed, rounds = random.randrange(2**32), 20 if soak else 1
    print(f"seed {seed}, {rounds} times killed, stopped and restarted")
    chance = random.Random(seed)
    people = [await make.delegate(event) for _ in range(CROWD)]
    bases = [twin.base for twin in twins]
    crowd = [Clapper(bases, p, await make.cookie(p), keynote, chance.randrange(2**32)) for p in people]
    organiser = await make.cookie(await make.organiser(event), strong=True)
    lobby = f"event:{event.id}"
    async with (
        opened(bases[0], organiser, lobby, keynote) as first,
        opened(bases[1], organiser, lobby, keynote) as second,
    ):
        async with ovation(crowd):
            for _ in range(rounds):
                await more_claps(crowd, chance.randint(*CLAPS_BETWEEN))
                redis.kill()
                await more_claps(crowd, chance.randint(0, CLAPS_BETWEEN[1]))
                redis.start()
                await more_claps(crowd, chance.randint(*CLAPS_BETWEEN))
                redis.pause()
                try:
                    for page in (first, second):
                        await page.until(lambda page: page.rooms[lobby]["bus"]["away"])
                finally:
                    redis.resume()
                for page in (first, second):
                    await page.until(lambda page: not page.rooms[lobby]["bus"]["away"])
                redis.stop()
                redis.start()
        await all_agree(await reconcile(database, session.id, crowd), keynote, first, second)


@pytest.mark.soak
@pytest.mark.one_engine
@pytest.mark.timeout(600)
async def test_all_agree_again_after_redis_was_cut_off_for_a_minute(
    twins, make, database, soak, event, session, keynote, redis
):
    people = [await make.delegate(event) for _ in range(CROWD)]
    bases = [twin.base for twin in twins]
    crowd = [Clapper(bases, person, await make.cookie(person), keynote, n) for n, person in enumerate(people)]
    organiser = await make.cookie(await make.organiser(event), strong=True)
    lobby = f"event:{event.id}"
    async with (
        opened(bases[0], organiser, lobby, keynote) as first,
        opened(bases[1], organiser, lobby, keynote) as second,
    ):
        async with ovation(crowd):
            redis.pause()
            try:
                for page in (first, second):
                    await page.until(lambda page: page.rooms[lobby]["bus"]["away"])
                async for _ in paced(1, 60 if soak else 1):
                    assert first.rooms[lobby]["bus"]["away"] and second.rooms[lobby]["bus"]["away"]
            finally:
                redis.resume()
            began = time.monotonic()
            for page in (first, second):
                await page.until(lambda page: not page.rooms[lobby]["bus"]["away"])
        accepted = await reconcile(database, session.id, crowd)
        await all_agree(accepted, keynote, first, second)
        took = time.monotonic() - began
    if soak:
        figures = [
            Figure("reactions meanwhile, answered = stored = shown", [accepted.total()], "reactions"),
            Figure("its return to all agree", [took], "s", at_most=5),
        ]
        record("Redis away for a minute", "make soak", figures, ["Two processes over Redis, stopped in mid-ovation."])


async def all_agree(accepted: Counter[str], keynote: str, *pages: Page) -> None:
    """Wait until each page shows the accepted reactions by emoji, and nobody of the crowd in the room."""
    for page in pages:
        totals = {emoji: accepted[emoji] for emoji in page.rooms[keynote]["reactions"]["totals"]}
        await page.until(lambda page, totals=totals: page.rooms[keynote]["reactions"]["totals"] == totals)
        await page.until(here(keynote, 0))


def test_more_than_one_worker_without_redis_is_refused_in_one_sentence(monkeypatch, capsys):
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert main(["serve", "--workers", "2"]) == 2
    assert (
        capsys.readouterr().err == "plenary: more than one worker needs Redis: set REDIS_URL, or leave --workers out\n"
    )
