"""Retention: on an event's day its people are gone from every relation, and no figure has changed."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, func, select, update

from server.analytics.report import report
from server.models import (
    Answer,
    Event,
    GrantRow,
    HashtagMention,
    JoinLink,
    Mail,
    Person,
    Registration,
    Response,
    SignIn,
    Speaker,
    TableMessage,
)
from server.store import erasure, registrations, retention, surveys
from server.store.engine.database import Database
from server.store.figures import facts_of
from tests.factory import Factory
from tests.store.lives import EMAIL, SECRET_WORDS, a_full_life, everything_stored, personal

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


async def retain(database: Database, event: Event) -> None:
    """The whole retention of an event, as its job does it."""
    async with database.writing() as db:
        await retention.begin(db, await db.get_one(Event, event.id), await retention.counts(db, event.id))
    await take_out(database, event, most=1000)
    async with database.writing() as db:
        await retention.finish(db, event.id, NOW)


async def take_out(database: Database, event: Event, most: int) -> None:
    async with database.writing() as db:
        for person_id in await retention.people_left(db, event.id, most):
            await retention.take_out(db, event, person_id)


async def told(database: Database, event: Event) -> dict[str, str]:
    """Every figure of the event's report with its cells."""
    async with database.reading() as db:
        return {name: repr(figure) for name, figure in report(await facts_of(db, event)).items()}


def test_every_relation_about_a_person_has_a_way_to_its_event_or_goes_with_the_person() -> None:
    assert {each.__name__ for each in retention.PERSONAL} == {each.__name__ for each in personal()}
    for relation in retention.PERSONAL:
        if relation not in retention.OF_THE_PERSON:
            retention.goes(relation, uuid.uuid4())


async def test_nothing_leads_to_anybody_after_the_retention(database: Database, make: Factory) -> None:
    event, person = await a_full_life(database, make)
    async with database.writing() as db:
        db.add(Mail(idempotency_key="of no event", recipient=EMAIL, subject="Hello", text="Hello", person_id=person.id))
    await retain(database, event)
    stored = await everything_stored(database)
    for trace in (EMAIL, "Okafor"):
        assert trace not in stored
    async with database.reading() as db:
        for relation in personal():
            about = select(func.count()).select_from(relation).where(col(relation.person_id) == person.id)  # type: ignore[attr-defined]
            assert (await db.exec(about)).one() == 0, relation.__name__
        assert (await db.exec(select(Person))).all() == []
        kept = (await db.exec(select(Event))).one()
    assert (kept.salt, kept.anonymised_at, kept.state) == (b"", NOW, "closed")


async def test_what_people_wrote_in_surveys_stays_and_what_they_wrote_elsewhere_goes(
    database: Database, make: Factory
) -> None:
    event, _ = await a_full_life(database, make)
    await retain(database, event)
    async with database.reading() as db:
        answers = {answer.number or answer.text for answer in await db.exec(select(Answer))}
        registration = (await db.exec(select(Registration))).one()
        assert answers == {8, SECRET_WORDS}
        assert (await db.exec(select(TableMessage))).all() == []
        assert (await db.exec(select(Mail))).all() == []
    assert (registration.organisation, registration.job_role, registration.captions) == ("", "", False)
    assert (registration.state, registration.sector, registration.anonymous) == ("confirmed", "NHS", True)


async def test_every_figure_is_the_same_before_and_after(database: Database, make: Factory) -> None:
    event, _ = await a_full_life(database, make)
    people = [await make.delegate(event, f"Delegate {n}", sector="NHS", source="A colleague") for n in range(7)]
    erased = await make.delegate(event, "Erased")
    async with database.writing() as db:
        await surveys.add_published(db, event, "the system")
        for wave in ("before", "after"):
            survey = await surveys.with_slug(db, event.id, wave)
            assert survey is not None
            for n, person in enumerate(people):
                await surveys.answer(db, survey, person.id, {"understanding": n if wave == "before" else 8})
        db.add(HashtagMention(event_id=event.id, network="Mastodon", reference="https://m.example/@amina/1"))
        await erasure.erase(db, erased.id, NOW)
    before = await told(database, event)
    await retain(database, event)
    after = await told(database, event)
    assert after == before
    assert "7" in before["understanding_pairs"] and "value=1" in before["people_erased"]
    assert "amina" not in await everything_stored(database)


async def test_one_person_stays_one_and_is_another_at_each_event(database: Database, make: Factory) -> None:
    first, second = await make.event(), await make.event()
    person = await make.delegate(first)
    await make.registration(second, person)
    for event in (first, second):
        await retain(database, event)
    async with database.reading() as db:
        ids = [row.person_id for row in await db.exec(select(Registration))]
        assert (await db.exec(select(Person))).all() == []
    assert len({*ids, person.id}) == 3


async def test_whoever_another_event_needs_stays_with_what_it_needs(database: Database, make: Factory) -> None:
    event, person = await a_full_life(database, make)
    other = await make.event()
    await make.registration(other, person, organisation="A food bank")
    async with database.writing() as db:
        db.add(JoinLink(person_id=person.id, event_id=other.id, token_hash="f" * 64))
    await retain(database, event)
    async with database.reading() as db:
        assert [one.email for one in await db.exec(select(Person))] == [EMAIL]
        left = (await db.exec(select(Registration).where(Registration.event_id == other.id))).one()
        assert (left.person_id, left.organisation, left.anonymous) == (person.id, "A food bank", False)
        assert [link.event_id for link in await db.exec(select(JoinLink))] == [other.id]
        assert len((await db.exec(select(SignIn))).all()) == 1
        assert (await db.exec(select(GrantRow))).all() == []


async def test_the_crew_keeps_its_way_in_and_its_facts_are_anonymous(database: Database, make: Factory) -> None:
    event = await make.event()
    olive = await make.organiser(event)
    await make.registration(event, olive)
    await make.cookie(olive, strong=True)
    await make.speaker(event, olive)
    await retain(database, event)
    async with database.reading() as db:
        assert [one.name for one in await db.exec(select(Person))] == ["Olive"]
        assert [grant.role for grant in await db.exec(select(GrantRow))] == ["organiser"]
        assert len((await db.exec(select(SignIn))).all()) == 1
        assert (await db.exec(select(Registration.person_id))).one() != olive.id
        assert (await db.exec(select(Speaker.name, Speaker.person_id))).one() == ("Director of public health", None)
        assert await retention.number_left(db, event.id) == 0


async def test_a_second_of_the_clock_tells_nobody_any_more(database: Database, make: Factory) -> None:
    event = await make.event(zone="Europe/London")
    at = datetime(2026, 6, 28, 23, 31, 7, tzinfo=UTC)  # 00:31 on the 29th in London
    person = await make.delegate(event, created_at=at, confirmed_at=at)
    async with database.writing() as db:
        await surveys.add_published(db, event, "the system")
        survey = await surveys.with_slug(db, event.id, "after")
        assert survey is not None
        await surveys.answer(db, survey, person.id, {"understanding": 8})
        await db.exec(update(Response).values(submitted_at=at))
    await retain(database, event)
    noon = datetime(2026, 6, 29, 11, 0, tzinfo=UTC)
    async with database.reading() as db:
        registration = (await db.exec(select(Registration))).one()
        response = (await db.exec(select(Response))).one()
    assert (registration.created_at, registration.confirmed_at, response.submitted_at) == (noon, noon, noon)


async def test_the_preview_counts_what_the_retention_then_does(database: Database, make: Factory) -> None:
    event, _ = await a_full_life(database, make)
    await make.organiser(event)
    async with database.reading() as db:
        foretold = await retention.counts(db, event.id)
    assert foretold.keys() == {each.__name__ for each in retention.PERSONAL} | {"Person"}
    assert foretold == dict.fromkeys(foretold, 1)
    await retain(database, event)
    async with database.reading() as db:
        kept = (await db.exec(select(Event))).one()
        assert kept.anonymised == foretold
        assert set((await retention.counts(db, event.id)).values()) == {0}


async def test_a_retention_that_was_interrupted_goes_on_and_keeps_its_first_counts(
    database: Database, make: Factory
) -> None:
    event = await make.event()
    for n in range(5):
        await make.delegate(event, f"Delegate {n}")
    async with database.writing() as db:
        await retention.begin(db, await db.get_one(Event, event.id), await retention.counts(db, event.id))
    await take_out(database, event, most=2)
    await retain(database, event)
    async with database.reading() as db:
        assert (await db.exec(select(Person))).all() == []
        kept = (await db.exec(select(Event))).one()
        counts = await registrations.counts(db, event.id)
    assert (kept.anonymised["Registration"], kept.anonymised["Person"], counts["confirmed"]) == (5, 5, 5)


@pytest.mark.parametrize("days, is_due", [(-1, False), (0, True), (1, True)])
async def test_a_retention_is_due_from_its_day_on(database: Database, make: Factory, days: int, is_due: bool) -> None:
    day = date(2026, 12, 1)
    event = await make.event(starts_on=date(2026, 6, 28), ends_on=date(2026, 6, 29), retention_on=day)
    async with database.reading() as db:
        due = [each.id for each in await retention.due(db, NOW + timedelta(days=days))]
    assert due == ([event.id] if is_due else [])


async def test_a_retention_that_was_completed_is_not_due_again(database: Database, make: Factory) -> None:
    days = {"starts_on": date(2026, 6, 28), "ends_on": date(2026, 6, 29), "retention_on": NOW.date()}
    event = await make.event(**days)
    await retain(database, event)
    async with database.reading() as db:
        assert await retention.due(db, NOW + timedelta(days=400)) == []
