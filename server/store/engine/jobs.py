"""Work under a lease: the statements by which one process at a time holds a row, works on it and settles it.

Each move is one conditional UPDATE whose row count decides. After a crash the work may be done twice, but only the
process with the newest lease can write down the result.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, case, literal
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Leased

MOST_DEATHS = 5
"""A row whose claimant died so often has failed: its work may be what kills the process."""
DIED = f"The process that worked on it died {MOST_DEATHS} times. The log may say why."
REASON = 2_000
"""Characters that a reason may have."""
Row = TypeVar("Row", bound=Leased)


class Backlog(Generic[Row]):
    """Rows of one relation that are worked off alike: the jobs of one kind, or all mail.

    `lease`: the longest time between two renewals of a claimed row; after that the row moves to the state `lapsed`,
    with `lapsed_reason`. A row that waits again then has failed after MOST_DEATHS. `back_off`: the wait after each
    attempt that was hindered; after the last attempt the row has failed. `waiting` and `running`: the relation's words
    for these two states.
    """

    def __init__(
        self,
        relation: type[Row],
        *which: ColumnElement[bool],
        lease: timedelta,
        back_off: Sequence[timedelta] = (),
        waiting: str = "waiting",
        running: str = "running",
        lapsed: str = "waiting",
        lapsed_reason: str = "",
    ) -> None:
        self.lease, self.back_off = lease, back_off
        self.waiting, self.running = waiting, running
        self.lapsed, self.lapsed_reason = lapsed, lapsed_reason
        self._relation: Any = relation
        self._waits = (*which, col(relation.state) == waiting)
        self._runs = (*which, col(relation.state) == running)
        self._next_due = select(
            select(func.min(col(relation.due_at))).where(*self._waits).scalar_subquery(),
            select(func.min(col(relation.leased_until))).where(*self._runs).scalar_subquery(),
        )
        """Run every few seconds for ever, so it is built once."""

    async def next_due(self, db: AsyncSession) -> datetime | None:
        """The moment at which the next row is due or the next lease lapses; it may be past. None: there is neither."""
        moments = [at for at in (await db.exec(self._next_due)).one() if at]
        return min(moments, default=None)

    async def count_due(self, db: AsyncSession, now: datetime, most: int) -> int:
        """The number of rows that are due, counted up to `most`."""
        relation = self._relation
        due = select(relation.id).where(*self._waits, relation.due_at <= now).limit(most)
        return int((await db.exec(select(func.count()).select_from(due.subquery()))).one())

    async def lapse(self, db: AsyncSession, now: datetime) -> int:
        """Move the rows whose lease is over to the state `lapsed`, or to `failed`. Returns their number."""
        deaths = self._relation.deaths + 1
        is_begun_anew = self.lapsed == self.waiting
        is_last = and_(literal(is_begun_anew), deaths >= MOST_DEATHS)
        over = update(self._relation).where(*self._runs, self._relation.leased_until <= now)
        moved = await db.exec(
            over.values(
                state=case((is_last, "failed"), else_=self.lapsed),
                reason=case((is_last, DIED), else_=self.lapsed_reason),
                deaths=deaths,
                lease=None,
                leased_until=None,
            )
        )
        return int(moved.rowcount)

    async def claim(self, db: AsyncSession, now: datetime, **changes: Any) -> Row | None:
        """Claim the row that has been due longest, under a new lease, and write `changes`. None when no row is due.

        On PostgreSQL, rows that another process is claiming at this moment are skipped.
        """
        relation = self._relation
        due = (
            select(relation.id)
            .where(*self._waits, relation.due_at <= now)
            .order_by(relation.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        claim = update(relation).where(relation.id == due.scalar_subquery(), *self._waits)
        claimed = claim.values(
            state=self.running,
            lease=uuid.uuid4(),
            leased_until=now + self.lease,
            attempts=relation.attempts + 1,
            **changes,
        )
        row: Row | None = (await db.exec(claimed.returning(relation))).scalar_one_or_none()
        return row

    async def is_held(self, db: AsyncSession, row: Row) -> bool:
        """True while the lease under which `row` was claimed holds: until it is settled, cancelled or lapsed."""
        return (await db.exec(select(self._relation.id).where(*self._mine(row)))).first() is not None

    async def renew(self, db: AsyncSession, row: Row, now: datetime, **changes: Any) -> bool:
        """Renew the lease and write `changes`. False when the lease no longer holds."""
        return await self._change(db, row, leased_until=now + self.lease, **changes)

    async def settle(self, db: AsyncSession, row: Row, state: str, reason: str = "", **changes: Any) -> bool:
        """Move the row to another state, which ends the lease. False when the lease no longer holds."""
        over = {"state": state, "reason": reason[:REASON], "lease": None, "leased_until": None}
        return await self._change(db, row, **over, **changes)

    async def put_off(self, db: AsyncSession, row: Row, due_at: datetime) -> bool:
        """Let the row wait until `due_at`; this attempt does not count. False when the lease no longer holds."""
        return await self.settle(db, row, self.waiting, due_at=due_at, attempts=row.attempts - 1)

    async def hinder(self, db: AsyncSession, row: Row, now: datetime, reason: str) -> bool:
        """Let the row wait for its next attempt, or fail after its last. False when the lease no longer holds."""
        if row.attempts > len(self.back_off):
            return await self.settle(db, row, "failed", reason)
        return await self.settle(db, row, self.waiting, reason, due_at=now + self.back_off[row.attempts - 1])

    async def hinder_due(self, db: AsyncSession, now: datetime, reason: str) -> None:
        """Hinder every row that is due, as an attempt of each: one thing stands in the way of all."""
        relation = self._relation
        due = (*self._waits, relation.due_at <= now)
        for attempts in (await db.exec(select(relation.attempts).where(*due).distinct())).all():
            changes: dict[str, Any] = {"attempts": attempts + 1, "reason": reason[:REASON]}
            if attempts < len(self.back_off):
                changes["due_at"] = now + self.back_off[attempts]
            else:
                changes["state"] = "failed"
            await db.exec(update(relation).where(*due, relation.attempts == attempts).values(**changes))

    async def _change(self, db: AsyncSession, row: Row, **changes: Any) -> bool:
        changed = await db.exec(update(self._relation).where(*self._mine(row)).values(**changes))
        return bool(changed.rowcount)

    def _mine(self, row: Row) -> tuple[ColumnElement[bool], ...]:
        return self._relation.id == row.id, self._relation.lease == row.lease  # type: ignore[attr-defined]
