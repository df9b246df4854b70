"""Events in any order: in the end every page shows the same as a page that has just come."""

import uuid
from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from rooms.bus import BusMessage
from rooms.bus.memory import MemoryBus
from rooms.protocol import EMOJI, Hello, Refused, Taken
from rooms.topics.announcements import AnnouncementShown
from rooms.topics.reactions import totals_of
from tests.rooms.fakes import NOON, House, a_reaction

EVENT = f"event:{uuid.UUID(int=1)}"
SESSION = f"session:{uuid.UUID(int=2)}"


class LossyBus(MemoryBus):
    """A bus that loses messages while it is cut."""

    cut = False

    def publish(self, channel: str, message: BusMessage) -> None:
        if not self.cut:
            super().publish(channel, message)


def do(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits, because everything around the hub is in memory."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


class Conference(RuleBasedStateMachine):
    """Two processes, a few people, and everything that can go wrong between them."""

    pages = Bundle("pages")

    def __init__(self) -> None:
        super().__init__()
        self.people = [uuid.uuid4() for _ in range(3)]
        self.answers: dict[tuple[uuid.UUID, str, int], set[str]] = {}
        self.open: list[Any] = []

    @initialize()
    def begin(self) -> None:
        first = House()
        first.bus = first.hub.bus = LossyBus()
        self.houses = [House(twin=first), House(twin=first)]

    @rule(target=pages, house=st.integers(0, 1), person=st.integers(0, 2))
    def come(self, house: int, person: int) -> Any:
        connection, listener = do(self.houses[house].join(EVENT, SESSION, person=self.people[person]))
        page = (self.houses[house], connection, listener)
        self.open.append(page)
        return page

    @rule(page=consumes(pages))
    def go(self, page: Any) -> None:
        house, connection, _ = page
        if page in self.open:
            self.open.remove(page)
            house.hub.disconnect(connection)

    @rule(page=pages, n=st.integers(1, 5), emoji=st.sampled_from(EMOJI))
    def clap_perhaps_again(self, page: Any, n: int, emoji: str) -> None:
        if page in self.open:
            house, connection, _ = page
            do(house.hub.react(connection, a_reaction(SESSION, n, emoji=emoji)))

    @rule(page=pages, deaf=st.booleans())
    def stall_or_drain(self, page: Any, deaf: bool) -> None:
        if page in self.open:
            house, connection, listener = page
            listener.deaf = deaf
            if not deaf:
                house.hub.drained(connection)

    @rule(house=st.integers(0, 1), told=st.booleans(), text=st.sampled_from(["Lunch", "Back at two", ""]))
    def announce(self, house: int, told: bool, text: str) -> None:
        self.houses[house].rows.write(EVENT, "announcement", AnnouncementShown("1", text, NOON))

    @rule(cut=st.booleans())
    def cut_or_mend_the_bus(self, cut: bool) -> None:
        self.houses[0].bus.cut = cut  # type: ignore[attr-defined]

    @rule(down=st.booleans())
    def take_the_database_away_or_bring_it_back(self, down: bool) -> None:
        self.houses[0].journal.down = self.houses[0].rows.down = down

    @rule(house=st.integers(0, 1))
    def kill(self, house: int) -> None:
        dead = self.houses[house]
        for name, hear in dead.hub._hearing.items():
            dead.bus.unsubscribe(name, hear)
        self.open = [page for page in self.open if page[0] is not dead]
        self.houses[house] = House(twin=dead)

    @rule(seconds=st.sampled_from([0.1, 1, 16, 50]))
    def pass_time(self, seconds: float) -> None:
        for house in self.houses:
            do(house.pass_seconds(seconds))

    @invariant()
    def no_key_ever_has_two_answers(self) -> None:
        for _, connection, listener in self.open:
            for notice in listener.notices:
                if isinstance(notice, Taken | Refused):
                    outcome = notice.reason if isinstance(notice, Refused) else "accepted"
                    key = (connection.person, notice.sender, notice.n)
                    assert self.answers.setdefault(key, {outcome}) == {outcome}

    def teardown(self) -> None:
        self.cut_or_mend_the_bus(False)
        self.take_the_database_away_or_bring_it_back(False)
        for house, connection, listener in self.open:
            listener.deaf = False
            house.hub.drained(connection)
            do(house.hub.hello(connection, Hello([EVENT, SESSION])))
        self.pass_time(50)
        fresh = [do(house.join(EVENT, SESSION, person=self.people[0]))[1] for house in self.houses]
        for seconds in (16, 16, 1):
            self.pass_time(seconds)
        shown = [
            (listener.shown(EVENT), listener.shown(SESSION)) for listener in [*fresh, *(page[2] for page in self.open)]
        ]
        assert all(each == shown[0] for each in shown)
        totals = totals_of(do(self.houses[0].journal.count(uuid.UUID(int=2)))).totals
        assert shown[0][1]["reactions"]["totals"] == totals  # type: ignore[index]


TestConference = Conference.TestCase
TestConference.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
