"""A place is held until its person comes in, and passes on when nobody does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from server.acts import holding, registering
from server.acts.registration_form import RegistrationForm
from server.models import Event, Mail, Person, Registration
from server.store import registrations, rights
from server.store.engine.database import Database
from tests.factory import Factory

BASE = "http://plenary.test"
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MADE_UP = ("one@made-up.example.org", "two@made-up.example.org", "three@made-up.example.org")


@pytest.fixture
async def event(make: Factory) -> Event:
    """An event of three places, each of which is held for two days."""
    return await make.event(capacity=3, hold_hours=48)


@pytest.fixture
async def another_process(database_url: str) -> AsyncIterator[Database]:
    """The same database as another process opens it."""
    opened = Database(database_url)
    yield opened
    await opened.close()


async def register(database: Database, event: Event, email: str, at: datetime = NOW) -> None:
    async with database.writing() as db:
        await registering.register(db, event, {"name": "Somebody", "email": email}, BASE, at)


async def come_in(database: Database, event: Event, email: str, at: datetime) -> None:
    async with database.writing() as db:
        person = (await db.exec(select(Person).where(Person.email == email))).one()
        await holding.claim(db, event, person, BASE, at)


async def found(database: Database, event: Event) -> dict[str, Registration]:
    """The registrations by e-mail address."""
    async with database.reading() as db:
        both = select(Person.email, Registration).join(Registration, col(Registration.person_id) == col(Person.id))
        return dict((await db.exec(both.where(Registration.event_id == event.id))).all())


async def states(database: Database, event: Event) -> dict[str, str]:
    return {email: row.state for email, row in (await found(database, event)).items()}


async def mails(database: Database) -> dict[str, list[str]]:
    """The kinds of mail that each address was sent, in order."""
    async with database.reading() as db:
        rows = (await db.exec(select(Mail).order_by(col(Mail.created_at)))).all()
    return {email: [row.kind for row in rows if row.recipient == email] for email in {row.recipient for row in rows}}


async def test_three_made_up_addresses_fill_three_places_for_two_days_and_no_longer(
    database: Database, event: Event
) -> None:
    for email in MADE_UP:
        await register(database, event, email)
    await register(database, event, "amina@example.org", NOW + HOUR)
    assert Counter((await states(database, event)).values()) == {"held": 3, "waitlisted": 1}
    assert await holding.release(database, BASE, NOW + 48 * HOUR - timedelta(seconds=1)) == NOW + 48 * HOUR
    assert Counter((await states(database, event)).values()) == {"held": 3, "waitlisted": 1}
    await holding.release(database, BASE, NOW + 48 * HOUR)
    after = await states(database, event)
    assert after == {"amina@example.org": "held"} | dict.fromkeys(MADE_UP, "released")
    assert (await found(database, event))["amina@example.org"].held_until == NOW + 96 * HOUR
    sent = await mails(database)
    assert sent.pop("amina@example.org") == ["waitlisted", "promoted"]
    assert sent == {email: ["registered", "released"] for email in MADE_UP}
    await come_in(database, event, "amina@example.org", NOW + 49 * HOUR)
    await holding.release(database, BASE, NOW + 2000 * HOUR)
    assert (await states(database, event))["amina@example.org"] == "confirmed"


async def test_two_processes_release_each_place_once(
    database: Database, another_process: Database, event: Event
) -> None:
    waiting = [f"waiting-{n}@example.org" for n in range(5)]
    for email in (*MADE_UP, *waiting):
        await register(database, event, email)
    late = NOW + 48 * HOUR
    await asyncio.gather(*(holding.release(each, BASE, late) for each in (database, another_process) * 4))
    after = Counter((await states(database, event)).values())
    assert after == {"released": 3, "held": 3, "waitlisted": 2}
    kinds = Counter(kind for sent in (await mails(database)).values() for kind in sent)
    assert (kinds["released"], kinds["promoted"]) == (3, 3)


async def test_coming_in_and_releasing_at_once_leaves_everybody_a_place(
    database: Database, another_process: Database, event: Event
) -> None:
    """Whichever is first: nobody else waits, so a person whose place was released just then gets one again."""
    for email in MADE_UP:
        await register(database, event, email)
    late = NOW + 48 * HOUR
    await asyncio.gather(
        *(come_in(database, event, email, late) for email in MADE_UP), holding.release(another_process, BASE, late)
    )
    assert set((await states(database, event)).values()) == {"confirmed"}


async def test_whoever_comes_too_late_gets_a_place_while_one_is_free(database: Database, event: Event) -> None:
    await register(database, event, "amina@example.org")
    await holding.release(database, BASE, NOW + 48 * HOUR)
    await come_in(database, event, "amina@example.org", NOW + 72 * HOUR)
    row = (await found(database, event))["amina@example.org"]
    assert (row.state, row.claimed_at, row.held_until) == ("confirmed", NOW + 72 * HOUR, None)


async def test_whoever_comes_too_late_waits_behind_everybody_when_none_is_free(
    database: Database, make: Factory
) -> None:
    event = await make.event(capacity=1, hold_hours=48)
    for hours, name in enumerate(("amina", "ben", "cara")):
        await register(database, event, f"{name}@example.org", NOW + hours * HOUR)
    await holding.release(database, BASE, NOW + 48 * HOUR)
    await come_in(database, event, "amina@example.org", NOW + 49 * HOUR)
    assert await states(database, event) == {
        "amina@example.org": "waitlisted",
        "ben@example.org": "held",
        "cara@example.org": "waitlisted",
    }
    async with database.reading() as db:
        late = (await found(database, event))["amina@example.org"]
        assert await registrations.place_in_queue(db, late) == 2


async def test_whoever_came_in_while_waiting_need_not_come_again(database: Database, make: Factory) -> None:
    event = await make.event(capacity=1, hold_hours=48)
    await register(database, event, "one@made-up.example.org")
    await register(database, event, "amina@example.org", NOW + HOUR)
    await come_in(database, event, "amina@example.org", NOW + 2 * HOUR)
    await holding.release(database, BASE, NOW + 48 * HOUR)
    row = (await found(database, event))["amina@example.org"]
    assert (row.state, row.confirmed_at, row.held_until) == ("confirmed", NOW + 48 * HOUR, None)


@pytest.mark.parametrize("hours", [None, 48], ids=["no hours set", "a place for everybody"])
async def test_without_a_limit_nothing_is_released(database: Database, make: Factory, hours: int | None) -> None:
    event = await make.event(capacity=None if hours else 3, hold_hours=hours)
    await register(database, event, "amina@example.org")
    await holding.release(database, BASE, NOW + 9000 * HOUR)
    assert await states(database, event) == {"amina@example.org": "held"}


async def test_the_place_of_somebody_on_an_organisers_list_is_held_without_limit(
    database: Database, make: Factory
) -> None:
    event = await make.event(capacity=1, hold_hours=48)
    for name in ("amina", "ben"):
        async with database.writing() as db:
            await registering.enrol(db, event, RegistrationForm(name=name, email=f"{name}@example.org"), BASE, NOW)
    await holding.release(database, BASE, NOW + 9000 * HOUR)
    assert await states(database, event) == {"amina@example.org": "held", "ben@example.org": "waitlisted"}
    async with database.writing() as db:
        amina = (await found(database, event))["amina@example.org"]
        await registrations.cancel(db, amina, NOW)
        await registering.admit(db, event, BASE, NOW)
    assert (await found(database, event))["ben@example.org"].held_until is None


async def test_a_new_setting_does_not_shorten_what_was_promised(database: Database, event: Event) -> None:
    await register(database, event, "amina@example.org")
    async with database.writing() as db:
        (await db.get_one(Event, event.id)).hold_hours = 1
    await holding.release(database, BASE, NOW + 2 * HOUR)
    assert await states(database, event) == {"amina@example.org": "held"}


async def test_a_release_signals_that_rights_have_changed(database: Database, event: Event) -> None:
    await register(database, event, "amina@example.org")
    async with database.reading() as db:
        before = await rights.changes_since(db, None)
    await holding.release(database, BASE, NOW + 48 * HOUR)
    async with database.reading() as db:
        signal = await rights.changes_since(db, before.revision)
    assert signal.people == {(await found(database, event))["amina@example.org"].person_id}


async def test_an_erased_persons_place_passes_on_without_a_mail(database: Database, event: Event) -> None:
    await register(database, event, "amina@example.org")
    async with database.writing() as db:
        amina = (await db.exec(select(Person).where(Person.email == "amina@example.org"))).one()
        await db.delete(amina)
    await holding.release(database, BASE, NOW + 48 * HOUR)
    async with database.reading() as db:
        assert (await db.exec(select(Registration.state))).one() == "released"
    assert (await mails(database)).get("amina@example.org", []).count("released") == 0
