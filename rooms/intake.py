"""The intake of reactions: judged on arrival, committed by the beat, answered after the commit."""

import uuid
from collections import Counter

from rooms import meters
from rooms.outlet import Frame
from rooms.outside import Journal
from rooms.protocol import ReactionSend, Reason, Refused, Taken
from rooms.reactions import Count, Credits, Inbox, Outcome, Tap, TapKey
from rooms.receivers import Connection
from rooms.session import Status, Wave, wave_of

BATCH_LIMIT = 2_000
"""The most taps in one commit."""


class Intake:
    """The reactions that this process has received and not answered yet."""

    def __init__(self, journal: Journal, inbox: Inbox | None = None) -> None:
        self.journal = journal
        self.inbox = inbox or Inbox()
        self.credits = Credits()
        self._asking: dict[TapKey, set[Connection]] = {}
        """The connections that wait for the answer to a key: several tabs of a person may ask for the same."""

    def offer(
        self, connection: Connection, command: ReactionSend, status: Status, *, received_ms: int, now_ms: int
    ) -> None:
        """Judge a reaction that arrived at `received_ms`, epoch milliseconds, and let it wait for the commit.

        A reaction that cannot even wait is left unanswered: the browser keeps it and asks again.
        """
        key = TapKey(connection.person, command.sender, command.n)
        if key in self._asking:
            self._asking[key].add(connection)
            return
        wave, outcome = self._judge(key, status, at_ms=command.at, received_ms=received_ms, now_ms=now_ms)
        tap = Tap(
            key, uuid.UUID(command.session), command.emoji, wave, outcome, received_ms=received_ms, at_ms=command.at
        )
        if self.inbox.offer(tap):
            self._asking[key] = {connection}

    async def commit(self) -> dict[uuid.UUID, Count]:
        """Store the reactions that wait, answer them, and return the counts of their sessions.

        Raises Unavailable when the database does not answer; the reactions then wait for the next commit.
        """
        taps = self.inbox.take(BATCH_LIMIT)
        if not taps:
            return {}
        stored = None
        try:
            stored = await self.journal.store(taps)
        finally:
            if stored is None:
                self.inbox.put_back(taps)
        for outcome, n in Counter(stored.outcomes.values()).items():
            meters.REACTIONS.labels(outcome).inc(n)
        for tap in taps:
            self._answer(tap.key, stored.outcomes[tap.key])
        return stored.counts

    def _judge(
        self, key: TapKey, status: Status, *, at_ms: int | None, received_ms: int, now_ms: int
    ) -> tuple[Wave, Outcome]:
        wave = wave_of(status, at_ms=at_ms, received_ms=received_ms)
        if wave != "live" and wave != "on demand":
            return "live", wave
        if self.inbox.is_busy:
            return wave, "busy"
        return wave, "accepted" if self.credits.spend(key.person, now_ms=now_ms) else "credit"

    def _answer(self, key: TapKey, outcome: Outcome) -> None:
        notice = Taken(key.sender, key.n) if outcome == "accepted" else Refused(key.sender, key.n, outcome)
        frame = Frame(notice)
        for connection in self._asking.pop(key, ()):
            connection.outlet.tell(frame)


def refuse(connection: Connection, command: ReactionSend, reason: Reason) -> None:
    """Refuse a reaction that belongs to no ledger: its session does not exist, or its sender may not enter it."""
    connection.outlet.tell(Frame(Refused(command.sender, command.n, reason)))
