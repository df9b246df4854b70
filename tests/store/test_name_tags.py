"""Name tags: the name under which the others at a table see a person."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from server.models import Event, NetworkingTable, Person
from server.store import erasure, name_tags, people, registrations, seating, speakers, tables
from server.store.engine.database import Database
from server.store.engine.revisions import revisions_of, table_room
from server.store.name_tags import Shown
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


@pytest.fixture
async def table(make: Factory, event: Event) -> NetworkingTable:
    return await make.table(event, seats=3)


@pytest.fixture
async def amina(make: Factory, event: Event) -> Person:
    return await make.delegate(event, "Amina", organisation="A food bank", directory=False)


@pytest.fixture
async def bea(make: Factory, event: Event) -> Person:
    return await make.delegate(event, "Bea", organisation="A school", directory=True)


class Table:
    """A table whose people come, talk and leave, each act in a transaction of its own."""

    def __init__(self, database: Database, table: NetworkingTable) -> None:
        self.database, self.table = database, table

    async def sit(self, person: Person, *, shows_name: bool = False, now: datetime = NOW) -> None:
        async with self.database.writing() as db:
            await seating.take_seat(db, self.table, person.id, shows_name=shows_name, now=now)

    async def leave(self, person: Person) -> None:
        async with self.database.writing() as db:
            await seating.leave_seat(db, self.table, person.id, now=NOW)

    async def say(self, person: Person, text: str) -> None:
        async with self.database.writing() as db:
            await tables.say(db, self.table.id, person.id, text)

    async def seated(self) -> list[Shown]:
        async with self.database.reading() as db:
            found = await tables.table_with(db, self.table.event_id, self.table.id)
        assert found
        return [Shown(seat.name, seat.organisation) for seat in found.seats if seat.state == "taken"]

    async def authors(self) -> list[str]:
        async with self.database.reading() as db:
            return [line.name for line in await tables.last_messages(db, self.table.id)]


@pytest.fixture
def here(database: Database, table: NetworkingTable) -> Table:
    return Table(database, table)


async def change(database: Database, event: Event, person: Person, **details: object) -> None:
    async with database.writing() as db:
        standing = await registrations.of_person(db, event.id, person.id)
        assert standing
        before = {name: getattr(standing, name) for name in registrations.Details.__annotations__}
        await registrations.change(db, standing.id, registrations.Details(**{**before, **details}))


async def test_a_person_is_seen_by_name_only_when_they_chose_so(here: Table, amina: Person, bea: Person) -> None:
    await here.sit(amina)
    await here.sit(bea, shows_name=True)
    for person in (amina, bea):
        await here.say(person, "Hello")
    assert await here.seated() == [Shown("Delegate 1"), Shown("Bea", "A school")]
    assert await here.authors() == ["Delegate 1", "Bea"]


async def test_a_number_is_never_somebody_elses(here: Table, make: Factory, event: Event) -> None:
    """The next person in the same seat is not taken for the one who spoke before."""
    first, second = await make.delegate(event, "Ada"), await make.delegate(event, "Ben")
    await here.sit(first)
    await here.say(first, "Hello")
    await here.leave(first)
    await here.sit(second)
    await here.say(second, "Hello")
    await here.leave(second)
    await here.sit(first)
    assert await here.authors() == ["Delegate 1", "Delegate 2"]
    assert await here.seated() == [Shown("Delegate 1")]


async def test_a_choice_is_for_one_table(
    here: Table, database: Database, make: Factory, event: Event, amina: Person
) -> None:
    other = Table(database, await make.table(event))
    await here.sit(amina, shows_name=True)
    await here.say(amina, "Hello")
    await other.sit(amina, now=NOW + MINUTE)
    assert await other.seated() == [Shown("Delegate 1")]
    assert await here.authors() == ["Amina"]


async def test_the_box_stands_ticked_by_the_registration_or_by_the_last_choice(
    here: Table, database: Database, make: Factory, event: Event, amina: Person, bea: Person
) -> None:
    other, guest = Table(database, await make.table(event)), await make.person("Cem")
    async with database.reading() as db:
        assert [await name_tags.suggested(db, event.id, one.id) for one in (amina, bea, guest)] == [False, True, False]
    await here.sit(amina, shows_name=True)
    async with database.reading() as db:
        assert await name_tags.suggested(db, event.id, amina.id)
        assert not await name_tags.suggested(db, (await make.event()).id, amina.id)
    await other.sit(amina, now=NOW + MINUTE)
    async with database.reading() as db:
        assert not await name_tags.suggested(db, event.id, amina.id)


async def untick(database: Database, event: Event, person: Person) -> None:
    await change(database, event, person, directory=False)


async def cancel(database: Database, event: Event, person: Person) -> None:
    async with database.writing() as db:
        standing = await registrations.of_person(db, event.id, person.id)
        assert standing
        await registrations.cancel(db, standing, NOW)


@pytest.mark.parametrize("withdraw", [untick, cancel])
async def test_a_name_that_is_withdrawn_is_hidden_at_every_table_also_beside_old_messages(
    here: Table, database: Database, make: Factory, event: Event, bea: Person, withdraw: Callable
) -> None:
    other = Table(database, await make.table(event))
    for each in (here, other):
        await each.sit(bea, shows_name=True)
        await each.say(bea, "Hello")
    await withdraw(database, event, bea)
    assert await here.authors() == await other.authors() == ["Delegate 1"]
    assert Shown("Bea", "A school") not in await other.seated()


async def test_a_tick_names_a_person_where_they_sit_and_nothing_that_they_said_elsewhere(
    here: Table, database: Database, make: Factory, event: Event, amina: Person
) -> None:
    other = Table(database, await make.table(event))
    for each in (here, other):
        await each.sit(amina)
        await each.say(amina, "Hello")
    await change(database, event, amina, directory=True)
    assert await other.seated() == [Shown("Amina", "A food bank")]
    assert (await here.authors(), await other.authors()) == (["Delegate 1"], ["Amina"])


async def test_one_event_says_nothing_about_another(
    here: Table, database: Database, make: Factory, bea: Person
) -> None:
    elsewhere = await make.event()
    await make.registration(elsewhere, bea, directory=True)
    await here.sit(bea, shows_name=True)
    await untick(database, elsewhere, bea)
    assert await here.seated() == [Shown("Bea", "A school")]


async def test_the_host_is_seen_by_the_name_on_the_agenda(database: Database, make: Factory, event: Event) -> None:
    hana = await make.person("Hana")
    speaker = await make.speaker(event, hana, name="Dr Hana Ito", organisation="A hospital")
    hosted, other = Table(database, await make.table(event, speaker)), Table(database, await make.table(event))
    await hosted.say(hana, "Welcome")
    await hosted.sit(hana)
    assert await hosted.authors() == ["Dr Hana Ito"]
    assert await hosted.seated() == [Shown("Dr Hana Ito", "A hospital")]
    await other.sit(hana)
    assert await other.seated() == [Shown("Delegate 1")]
    async with database.writing() as db:
        await speakers.remove(db, speaker)
    assert await hosted.authors() == ["Delegate 1"]


async def test_nobody_without_a_tag_is_named(here: Table, bea: Person) -> None:
    await here.say(bea, "Hello")
    assert await here.authors() == ["Delegate"]


async def reached(database: Database, table: NetworkingTable) -> dict[str, int]:
    async with database.reading() as db:
        found = await revisions_of(db, [table_room(table.id)])
    return {topic: revision for (_, topic), revision in found.items()}


async def rename(database: Database, event: Event, person: Person) -> None:
    async with database.writing() as db:
        await people.rename(db, person.id, "Beatrix")


async def move(database: Database, event: Event, person: Person) -> None:
    await change(database, event, person, organisation="A college")


async def test_every_change_of_a_shown_name_tells_the_table(
    here: Table, database: Database, event: Event, bea: Person
) -> None:
    await here.sit(bea, shows_name=True)
    for alter in (rename, move, untick):
        before = await reached(database, here.table)
        await alter(database, event, bea)
        after = await reached(database, here.table)
        assert all(after[topic] > before.get(topic, 0) for topic in ("seats", "messages")), alter.__name__
        quiet = await reached(database, here.table)
        await change(database, event, bea)
        assert await reached(database, here.table) == quiet, "nothing was changed"


async def test_a_hidden_name_that_changes_tells_no_table(
    here: Table, database: Database, event: Event, amina: Person
) -> None:
    await here.sit(amina)
    before = await reached(database, here.table)
    for alter in (rename, move):
        await alter(database, event, amina)
    assert await reached(database, here.table) == before


async def test_whoever_moves_to_another_table_is_gone_from_the_first_in_open_rooms(
    here: Table, database: Database, make: Factory, event: Event, bea: Person
) -> None:
    await here.sit(bea, shows_name=True)
    before = await reached(database, here.table)
    await Table(database, await make.table(event)).sit(bea)
    assert (await reached(database, here.table))["seats"] > before["seats"]


async def test_the_number_of_somebody_who_was_erased_is_given_to_nobody_who_could_be_taken_for_them(
    here: Table, database: Database, make: Factory, event: Event, amina: Person, bea: Person
) -> None:
    await here.sit(amina)
    await here.sit(bea)
    await here.say(bea, "Hello")
    async with database.writing() as db:
        await erasure.erase(db, bea.id, NOW)
    await here.sit(await make.delegate(event, "Cem"))
    assert await here.authors() == []
    assert await here.seated() == [Shown("Delegate 1"), Shown("Delegate 2")]


async def test_a_stranger_in_a_seat_is_a_number(here: Table, database: Database) -> None:
    async with database.writing() as db:
        await seating.take_seat(db, here.table, uuid.uuid4(), shows_name=True, now=NOW)
    assert await here.seated() == [Shown("Delegate 1")]
