"""Reactions as facts, and their running totals. Each key is stored once, with its first outcome."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Connection, Insert, bindparam, cast, extract, tuple_
from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.outside import Stored
from rooms.reactions import Count, Outcome, Tap, TapKey
from rooms.topics.reactions import Ledger, Totals, ledger_of, totals_of
from server.models import DroppedFrames, Reaction, RefusalTally, Tally
from server.store.engine.upserts import insert_for

OF_SESSION: BindParameter[uuid.UUID] = bindparam("session_id")
TALLIES = select(Tally).where(Tally.session_id == OF_SESSION)
REFUSALS = select(RefusalTally).where(RefusalTally.session_id == OF_SESSION)
DROPPED = select(func.coalesce(func.sum(DroppedFrames.n), 0)).where(DroppedFrames.session_id == OF_SESSION)
"""Run every few seconds for each open session, so it is built once."""


def keep(taps: Sequence[Tap], db: Connection) -> Stored:
    """Store the taps that are new and raise the totals by them. Returns the outcome that is stored under each key.

    Raises IntegrityError when a session is gone: then the transaction must be undone.
    """
    first: dict[TapKey, Tap] = {}
    for tap in taps:
        first.setdefault(tap.key, tap)
    new = _insert(db, first.values())
    outcomes = {key: first[key].outcome for key in new} | _outcomes(db, first.keys() - new)
    return Stored(outcomes, _raise_totals(db, [first[key] for key in new]))


async def count(db: AsyncSession, session_id: uuid.UUID) -> Count:
    """The running totals of a session's reactions."""
    accepted: dict[Any, dict[Any, int]] = {}
    asked = {"session_id": session_id}
    for row in await db.exec(TALLIES, params=asked):
        accepted.setdefault(row.wave, {})[row.emoji] = row.n
    refused: dict[Any, int] = {refusal.reason: refusal.n for refusal in await db.exec(REFUSALS, params=asked)}
    return Count(accepted, refused, await _dropped(db, session_id))


async def totals(db: AsyncSession, session_id: uuid.UUID) -> Totals:
    """The number of each emoji in a session, as everybody sees it."""
    return totals_of(await count(db, session_id))


async def ledger(db: AsyncSession, session_id: uuid.UUID) -> Ledger:
    """The ledger of a session, as the crew sees it."""
    return ledger_of(await count(db, session_id))


async def note_dropped(db: AsyncSession, session_id: uuid.UUID, person_id: uuid.UUID, n: int, now: datetime) -> Count:
    """Note that `n` frames of a flood were dropped. Returns the total of such frames in the session."""
    db.add(DroppedFrames(session_id=session_id, person_id=person_id, n=n, at=now))
    await db.flush()
    return Count(dropped=await _dropped(db, session_id))


async def _dropped(db: AsyncSession, session_id: uuid.UUID) -> int:
    return int((await db.exec(DROPPED, params={"session_id": session_id})).one())


def _insert(db: Connection, taps: Iterable[Tap]) -> list[TapKey]:
    """Insert taps; the keys that were not stored before."""
    rows = [_row(tap) for tap in taps]
    return [TapKey(*found) for found in db.execute(_inserting(db.dialect.name), rows)]


@cache
def _inserting(dialect: str) -> Insert:
    key = (col(Reaction.person_id), col(Reaction.sender), col(Reaction.n))
    return insert_for(dialect, Reaction).on_conflict_do_nothing().returning(*key)


def _row(tap: Tap) -> dict[str, Any]:
    return {
        "person_id": tap.key.person,
        "sender": tap.key.sender,
        "n": tap.key.n,
        "session_id": tap.session,
        "emoji": tap.emoji,
        "outcome": tap.outcome,
        "wave": tap.wave,
        "received_at": datetime_of(tap.received_ms),
        "media_at": None if tap.at_ms is None else datetime_of(tap.at_ms),
    }


def datetime_of(epoch_ms: int) -> datetime:
    """The datetime in UTC that the rooms count as milliseconds since 1970."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


def _outcomes(db: Connection, keys: Iterable[TapKey]) -> dict[TapKey, Outcome]:
    """The outcomes that are stored under keys."""
    wanted = [tuple(key) for key in keys]
    if not wanted:
        return {}
    key = (col(Reaction.person_id), col(Reaction.sender), col(Reaction.n))
    found: Iterable[Any] = db.execute(select(*key, col(Reaction.outcome)).where(tuple_(*key).in_(wanted)))
    return {TapKey(person, sender, n): outcome for person, sender, n, outcome in found}


def _raise_totals(db: Connection, taps: Iterable[Tap]) -> dict[uuid.UUID, Count]:
    """Add to the totals, in the order of their keys, so that two processes cannot deadlock. Returns the new totals."""
    taken: Counter[tuple[uuid.UUID, str, str]] = Counter()
    refused: Counter[tuple[uuid.UUID, str]] = Counter()
    for tap in taps:
        if tap.outcome == "accepted":
            taken[tap.session, tap.wave, tap.emoji] += 1
        else:
            refused[tap.session, tap.outcome] += 1
    counts: dict[uuid.UUID, Count] = {}
    for (session, wave, emoji), n in _add(db, Tally, ("session_id", "wave", "emoji"), taken):
        counts.setdefault(session, Count()).accepted.setdefault(wave, {})[emoji] = n
    for (session, reason), n in _add(db, RefusalTally, ("session_id", "reason"), refused):
        counts.setdefault(session, Count()).refused[reason] = n
    return counts


def _add(db: Connection, relation: type[SQLModel], key: tuple[str, ...], more: Counter[Any]) -> list[tuple[Any, int]]:
    """Raise running totals by `more`. Returns each key with its new total."""
    if not more:
        return []
    rows = [{**dict(zip(key, values, strict=True)), "n": n} for values, n in sorted(more.items())]
    found = db.execute(_raising(db.dialect.name, relation, key), rows)
    return [(tuple(row[:-1]), row[-1]) for row in found]


@cache
def _raising(dialect: str, relation: type[SQLModel], key: tuple[str, ...]) -> Insert:
    columns = relation.__table__.c  # type: ignore[attr-defined]
    insert = insert_for(dialect, relation)
    raised = insert.on_conflict_do_update(index_elements=key, set_={"n": columns.n + insert.excluded.n})
    return raised.returning(*(columns[name] for name in key), columns.n)


async def moments_of(db: AsyncSession, session_id: uuid.UUID) -> dict[datetime, dict[str, int]]:
    """The number of each emoji that was accepted in each second of media time, live and on demand."""
    second = cast(extract("epoch", col(Reaction.media_at)), BigInteger)
    statement = (
        select(second, col(Reaction.emoji), func.count())
        .where(Reaction.session_id == session_id, Reaction.outcome == "accepted", col(Reaction.media_at).is_not(None))
        .group_by(second, col(Reaction.emoji))
    )
    found: dict[datetime, dict[str, int]] = {}
    for epoch, emoji, n in await db.exec(statement):
        found.setdefault(datetime.fromtimestamp(epoch, UTC), {})[emoji] = n
    return found
