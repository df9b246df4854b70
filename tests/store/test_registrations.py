"""Places at an event go to the first who come, and no place is given twice, however many ask at the same moment."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlmodel import col, select

from server.models import Event, Person, Registration
from server.store import people, registrations
from server.store.engine.database import Database
from server.store.registrations import Details
from tests.factory import Factory

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def register(database: Database, event: Event, email: str, now: datetime = NOW) -> bool:
    """Register a person; True when that was new."""
    async with database.writing() as db:
        person = await people.find_or_add(db, email, "Amina")
        is_new = await registrations.add(db, event, person, Details(sector="NHS"), "A colleague", now)
        await registrations.admit(db, event.id, now)
    return is_new


async def states(database: Database, event: Event) -> dict[str, str]:
    """The state of each registration, by e-mail address."""
    async with database.reading() as db:
        statement = select(Person.email, Registration.state).join(
            Registration, col(Registration.person_id) == col(Person.id)
        )
        return dict((await db.exec(statement.where(Registration.event_id == event.id))).all())


async def test_registering_twice_does_not_make_two_people(database: Database, make: Factory) -> None:
    event = await make.event()
    assert await register(database, event, "amina@example.org")
    assert not await register(database, event, " Amina@Example.ORG ")
    assert await states(database, event) == {"amina@example.org": "held"}


async def test_twenty_at_once_with_one_address_are_one_person(database: Database, make: Factory) -> None:
    event = await make.event()
    outcomes = await asyncio.gather(*(register(database, event, "amina@example.org") for _ in range(20)))
    assert outcomes.count(True) == 1
    assert await states(database, event) == {"amina@example.org": "held"}


async def test_forty_at_once_fill_ten_places_exactly(database: Database, make: Factory) -> None:
    event = await make.event(capacity=10)
    await asyncio.gather(*(register(database, event, f"delegate-{n}@example.org") for n in range(40)))
    assert Counter((await states(database, event)).values()) == {"held": 10, "waitlisted": 30}


async def test_a_place_given_back_goes_to_whoever_waited_longest(database: Database, make: Factory) -> None:
    event = await make.event(capacity=1)
    for minutes, name in enumerate(("amina", "ben", "cara")):
        await register(database, event, f"{name}@example.org", NOW + minutes * MINUTE)
    assert await give_back(database, event, "amina@example.org")
    found = await states(database, event)
    assert found == {"amina@example.org": "cancelled", "ben@example.org": "held", "cara@example.org": "waitlisted"}


async def give_back(database: Database, event: Event, email: str) -> bool:
    async with database.writing() as db:
        person = await people.with_address(db, email)
        assert person is not None
        registration = await registrations.of_person(db, event.id, person.id)
        assert registration is not None
        done = await registrations.cancel(db, registration, NOW)
        await registrations.admit(db, event.id, NOW)
    return done


async def test_one_place_is_given_back_once(database: Database, make: Factory) -> None:
    """Ten windows cancel the same registration while others register: one place passes on."""
    event = await make.event(capacity=2)
    for name in ("amina", "ben", "cara", "dev"):
        await register(database, event, f"{name}@example.org")
    outcomes = await asyncio.gather(*(give_back(database, event, "amina@example.org") for _ in range(10)))
    assert outcomes.count(True) == 1
    assert Counter((await states(database, event)).values()) == {"held": 2, "waitlisted": 1, "cancelled": 1}


async def test_cancelling_and_registering_at_once_never_overfills(database: Database, make: Factory) -> None:
    event = await make.event(capacity=5)
    for n in range(10):
        await register(database, event, f"early-{n}@example.org", NOW + n * MINUTE)
    await asyncio.gather(
        *(give_back(database, event, f"early-{n}@example.org") for n in range(5)),
        *(register(database, event, f"late-{n}@example.org", NOW + 60 * MINUTE) for n in range(5)),
    )
    found = await states(database, event)
    assert Counter(found.values()) == {"held": 5, "cancelled": 5, "waitlisted": 5}
    assert all(found[f"early-{n}@example.org"] == "held" for n in range(5, 10))


async def test_whoever_comes_back_queues_like_everybody_else(database: Database, make: Factory) -> None:
    event = await make.event(capacity=1)
    await register(database, event, "amina@example.org")
    await register(database, event, "ben@example.org", NOW + MINUTE)
    await give_back(database, event, "amina@example.org")
    assert await register(database, event, "amina@example.org", NOW + 2 * MINUTE)
    assert await states(database, event) == {"amina@example.org": "waitlisted", "ben@example.org": "held"}


async def test_more_places_let_in_whoever_waits(database: Database, make: Factory) -> None:
    event = await make.event(capacity=1)
    for n in range(4):
        await register(database, event, f"delegate-{n}@example.org", NOW + n * MINUTE)
    async with database.writing() as db:
        (await db.get_one(Event, event.id)).capacity = 3
        await db.flush()
        admitted = await registrations.admit(db, event.id, NOW)
    assert len(admitted) == 2
    assert (await states(database, event))["delegate-3@example.org"] == "waitlisted"


async def test_the_place_in_the_queue_is_counted_from_the_front(database: Database, make: Factory) -> None:
    event = await make.event(capacity=0)
    for n in range(3):
        await register(database, event, f"delegate-{n}@example.org", NOW + n * MINUTE)
    async with database.reading() as db:
        person = await people.with_address(db, "delegate-2@example.org")
        assert person is not None
        registration = await registrations.of_person(db, event.id, person.id)
        assert registration is not None
        assert await registrations.place_in_queue(db, registration) == 3
