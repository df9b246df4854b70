"""Events in any order to several processes over a real database: in the end every page shows them."""

import asyncio
import shutil
import tempfile
import time
import uuid
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import select

from rooms.topics import TOPICS
from rooms.topics.reactions import totals_of
from server.live.journal import SqlJournal
from server.live.rows import SqlRows
from server.models import Reaction, SignIn
from server.settings import Settings
from server.store import announcements, seating, sessions
from server.store.engine.database import Database
from tests import databases
from tests.factory import Factory
from tests.fixtures import BASE
from tests.live.several import Client, Network, Process, now_of
from tests.rooms.fakes import Clock

T = TypeVar("T")
PEOPLE, PAGES, PROCESSES = 3, 5, 3
LEASE_S = 50
pages = st.integers(0, PAGES - 1)
processes = st.integers(0, PROCESSES - 1)
ARRANGEMENTS = {
    "in order": list,
    "backwards": lambda waiting: waiting[::-1],
    "twice": lambda waiting: [*waiting, *waiting],
    "not at all": lambda waiting: [],
}


class Conference(RuleBasedStateMachine):
    """Three processes, three people with five pages, and every failure between them."""

    template = ""
    """The address of an empty database."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.database = Database(databases.copy(self.template, self.folder))

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    @initialize()
    def begin(self) -> None:
        self.clock, self.network = Clock(round(time.time() * 1000)), Network()
        self.do(self._lay())
        self.processes = [Process(self.database, self.network, self.clock) for _ in range(PROCESSES)]

    async def _lay(self) -> None:
        make = Factory(self.database, Settings(data=self.folder, public_url=BASE))
        self.event = await make.event()
        self.session, self.table = await make.live_session(self.event), await make.table(self.event)
        self.organiser = await make.organiser(self.event)
        self.people = [await make.delegate(self.event) for _ in range(PEOPLE)]
        for person in self.people:
            await make.cookie(person)
        async with self.database.reading() as db:
            sign_ins = {row.person_id: row.id for row in await db.exec(select(SignIn))}
        self.rooms = [f"event:{self.event.id}", f"session:{self.session.id}", f"table:{self.table.id}"]
        whose = [self.people[n % PEOPLE].id for n in range(PAGES)]
        self.clients = [Client(person, sign_ins[person], self.rooms) for person in whose]

    @rule(page=pages, process=processes)
    def come(self, page: int, process: int) -> None:
        self.do(self.clients[page].come(self.processes[process]))

    @rule(page=pages)
    def lose_the_line(self, page: int) -> None:
        self.clients[page].go()

    @rule(page=pages, emoji=st.sampled_from(["clap", "love"]))
    def clap(self, page: int, emoji: str) -> None:
        self.do(self.clients[page].clap(emoji))

    @rule(page=pages, n=st.integers(1, 5))
    def ask_again(self, page: int, n: int) -> None:
        if n in self.clients[page].sent:
            self.do(self.clients[page].ask(n))

    @rule(page=pages, deaf=st.booleans())
    def stall_or_drain(self, page: int, deaf: bool) -> None:
        self.clients[page].stall(deaf)

    @rule(process=processes, how=st.sampled_from(sorted(ARRANGEMENTS)))
    def deliver(self, process: int, how: str) -> None:
        self.processes[process].wire.deliver(ARRANGEMENTS[how])

    @rule(cut=st.booleans())
    def cut_or_mend_the_bus(self, cut: bool) -> None:
        self.network.cut = cut

    @rule(process=processes, in_a_commit=st.booleans())
    def kill(self, process: int, in_a_commit: bool) -> None:
        dead = self.processes[process]
        self.processes[process] = self.do(dead.die(in_a_commit=in_a_commit))
        for client in self.clients:
            if client.process is dead:
                client.hear()
                client.go()

    @rule(process=processes, text=st.sampled_from(["Lunch", "Back at two"]))
    def announce(self, process: int, text: str) -> None:
        self.do(self._write(process, lambda db: announcements.send(db, self.event.id, self.organiser.id, text)))

    @rule(process=processes, person=st.integers(0, PEOPLE - 1), sits=st.booleans())
    def sit_down_or_stand_up(self, process: int, person: int, sits: bool) -> None:
        move, who = seating.take_seat if sits else seating.leave_seat, self.people[person].id
        self.do(self._write(process, lambda db: move(db, self.table, who, now=datetime.now(UTC))))

    @rule(process=processes, move=st.sampled_from(["pause", "resume"]))
    def pause_or_resume(self, process: int, move: str) -> None:
        self.do(self._write(process, lambda db: sessions.move(db, self.session, move, now=now_of(self.clock))))

    @rule(process=processes, seconds=st.sampled_from([0.1, 1, 16]))
    def pass_time(self, process: int, seconds: float) -> None:
        self.clock.pass_seconds(seconds)
        self.do(self.processes[process].step())

    @invariant()
    def no_key_ever_has_two_answers(self) -> None:
        for client in getattr(self, "clients", ()):
            client.hear()

    async def _write(self, process: int, work: Any) -> None:
        """Let one process answer a request that writes; it tells the others after the commit."""
        self.database.after_commit = [self.processes[process].tell]
        try:
            async with self.database.writing() as db:
                await work(db)
        except seating.SeatRefused:
            pass  # it was refused, which changes nothing

    def teardown(self) -> None:
        try:
            if hasattr(self, "clients"):
                self.do(self._agree())
        finally:
            self.do(self.database.close())
            self.loop.close()
            shutil.rmtree(self.folder)

    async def _agree(self) -> None:
        """Bring everybody back and let time pass: every page shows the stored state, and every reaction is answered."""
        self.network.cut = False
        for number, client in enumerate(self.clients):
            client.stall(False)
            await client.come(self.processes[number % PROCESSES])
        for seconds in (1, LEASE_S, 16, 16, 1):
            self.clock.pass_seconds(seconds)
            for process in self.processes:
                await process.step()
            for process in self.processes:
                process.wire.deliver()
        for process in self.processes:
            process.beat.tick()
        stored = await self._stored()
        for client in self.clients:
            client.hear()
            assert {room: visible(client.shown()[room]) for room in self.rooms} == stored
            assert client.answers.keys() == client.sent.keys()
        async with self.database.reading() as db:
            rows = {(row.person_id, row.sender, row.n): row.outcome for row in await db.exec(select(Reaction))}
        assert rows == {
            (each.person, each.sender, n): said for each in self.clients for n, said in each.answers.items()
        }

    async def _stored(self) -> dict[str, dict[str, object]]:
        """Read the states that everybody may see from the database."""
        rows, stored = SqlRows(self.database), {}
        for room in self.rooms:
            shown = {name for name, topic in TOPICS[room.partition(":")[0]].items() if topic.is_row and name in SHOWN}
            states = {topic: row.state for topic, row in (await rows.load(room, shown)).items()}
            if room.startswith("session:"):
                count = await SqlJournal(self.database).count(uuid.UUID(room.partition(":")[2]))
                states["reactions"] = totals_of(count)
            stored[room] = {topic: msgspec.to_builtins(state) for topic, state in states.items()}
            stored[room]["headcount"] = {"count": PEOPLE}
        return stored


SHOWN = {"announcement", "agenda", "lounge", "status", "seats"}
"""The row topics that every delegate sees, seated or not."""


def visible(topics: dict[str, object]) -> dict[str, object]:
    return {name: state for name, state in topics.items() if name in SHOWN | {"reactions", "headcount"}}


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_in_the_end_every_page_shows_what_is_stored(tmp_path: Path, soak: bool) -> None:
    Conference.template = databases.sqlite_database(tmp_path)
    examples, steps = (200, 60) if soak else (4, 25)
    run_state_machine_as_test(
        Conference, settings=effort(max_examples=examples, stateful_step_count=steps, deadline=None, print_blob=True)
    )
