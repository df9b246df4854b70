"""The journal on both databases: each key once, its stored answer for ever, totals that only grow."""

import asyncio
import uuid
from dataclasses import replace

import pytest
from sqlmodel import col, func, select

from rooms.attendance import Stay
from rooms.errors import Unavailable
from rooms.protocol import EMOJI
from rooms.reactions import Count, Tap, TapKey
from rooms.topics.reactions import ledger_of, totals_of
from server.live.journal import SqlJournal
from server.models import Attendance, Reaction
from server.store.engine.database import Database

NOON = 1_782_820_800_000


@pytest.fixture
def journal(database):
    return SqlJournal(database)


@pytest.fixture
def talk(session) -> uuid.UUID:
    """The live session's id."""
    return session.id


def a_tap(session: uuid.UUID, n: int = 1, **changes: object) -> Tap:
    key = TapKey(changes.pop("person", None) or uuid.uuid4(), "00000000000000aa", n)
    return replace(Tap(key, session, "clap", "live", "accepted", NOON, NOON - 6_000), **changes)


async def test_what_was_answered_is_stored_with_both_its_times(journal, database, talk):
    tap = a_tap(talk)
    stored = await journal.store([tap])
    assert stored.outcomes == {tap.key: "accepted"}
    async with database.reading() as db:
        row = (await db.exec(select(Reaction))).one()
    assert (row.person_id, row.emoji, row.wave, row.outcome) == (tap.key.person, "clap", "live", "accepted")
    assert (row.received_at - row.media_at).total_seconds() == 6


async def test_a_repeat_gets_the_stored_outcome_whatever_is_proposed(journal, talk):
    tap = a_tap(talk, outcome="credit")
    await journal.store([tap])
    again = await journal.store([replace(tap, outcome="accepted", emoji="love")])
    assert again.outcomes == {tap.key: "credit"}
    assert await journal.count(talk) == Count({}, {"credit": 1})


async def test_a_key_twice_in_one_batch_is_one(journal, talk):
    tap = a_tap(talk)
    stored = await journal.store([tap, replace(tap, emoji="love"), tap])
    assert stored.outcomes == {tap.key: "accepted"}
    assert await journal.count(talk) == Count({"live": {"clap": 1}})


async def test_totals_are_by_wave_and_emoji_and_refusals_by_reason(journal, talk):
    taps = [a_tap(talk, emoji=emoji) for emoji in EMOJI for _ in range(3)]
    taps += [a_tap(talk, wave="on demand"), a_tap(talk, outcome="busy"), a_tap(talk, outcome="credit")]
    stored = await journal.store(taps)
    expected = Count({"live": dict.fromkeys(EMOJI, 3), "on demand": {"clap": 1}}, {"busy": 1, "credit": 1})
    assert stored.counts == {talk: expected}
    assert await journal.count(talk) == expected


async def test_a_bad_row_does_not_fail_its_neighbours(journal, talk):
    gone = uuid.uuid4()
    taps = [a_tap(talk) for _ in range(20)]
    taps[7], taps[13] = a_tap(gone), a_tap(gone)
    stored = await journal.store(taps)
    refused = {key for key, outcome in stored.outcomes.items() if outcome == "no-such-session"}
    assert refused == {taps[7].key, taps[13].key}
    assert stored.counts == {talk: Count({"live": {"clap": 18}})}


async def test_a_large_batch_is_one_commit(journal, talk):
    taps = [a_tap(talk, n) for n in range(1, 2_001)]
    await journal.store([a_tap(talk)])
    stored = await journal.store(taps)
    assert stored.counts[talk].accepted["live"]["clap"] == 2_001


async def test_two_processes_at_once_lose_nothing_and_count_nothing_twice(journal, database, talk, database_url):
    other = Database(database_url)
    taps = [a_tap(talk, n, emoji=EMOJI[n % 6]) for n in range(1, 401)]
    batches = [taps[start : start + 40] for start in range(0, 400, 40)]
    twins = [SqlJournal(other), journal]
    stored = await asyncio.gather(*(twins[i % 2].store(batch) for i, batch in enumerate([*batches, *batches[::-1]])))
    await other.close()
    assert all(outcome == "accepted" for each in stored for outcome in each.outcomes.values())
    assert sum(totals_of(await journal.count(talk)).totals.values()) == 400
    async with database.reading() as db:
        assert (await db.exec(select(func.count()).select_from(Reaction))).one() == 400


async def test_a_flood_is_counted_apart(journal, talk):
    person = uuid.uuid4()
    await journal.drop(talk, person, 70, at_ms=NOON)
    assert await journal.drop(talk, person, 3, at_ms=NOON) == Count(dropped=73)
    assert ledger_of(await journal.count(talk)).tapped == 0


async def test_a_stay_is_one_row_that_only_grows(journal, database, talk):
    stay = Stay(talk, uuid.uuid4(), NOON, NOON)
    for seen_ms in (NOON, NOON + 60_000, NOON + 30_000):
        await journal.attend([replace(stay, seen_ms=seen_ms)])
    async with database.reading() as db:
        row = (await db.exec(select(Attendance))).one()
    assert (row.seen_at - row.started_at).total_seconds() == 60


async def test_a_stay_in_a_session_that_is_gone_does_not_fail_its_neighbours(journal, database, talk):
    await journal.attend([Stay(uuid.uuid4(), uuid.uuid4(), NOON, NOON), Stay(talk, uuid.uuid4(), NOON, NOON)])
    async with database.reading() as db:
        assert (await db.exec(select(col(Attendance.session_id)))).all() == [talk]


async def test_a_database_that_is_away_is_unavailable(tmp_path):
    for url in ("postgresql+asyncpg://nobody@127.0.0.1:9/none", f"sqlite+aiosqlite:///{tmp_path}/no/such.sqlite3"):
        database = Database(url)
        with pytest.raises(Unavailable):
            await SqlJournal(database).store([a_tap(uuid.uuid4())])
        await database.close()
