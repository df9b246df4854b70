"""The report counts every stored row of its own event, and no other."""

import uuid
from datetime import UTC, datetime, timedelta

from server.analytics.report import Report, report
from server.models import (
    Attendance,
    DroppedFrames,
    Event,
    HashtagMention,
    Reaction,
    Session,
    TableStay,
    WatchInterval,
)
from server.store import mentions, surveys
from server.store.engine.database import Database
from server.store.figures import facts_of
from tests.factory import Factory

BEGAN = datetime(2026, 6, 28, 9, 0, tzinfo=UTC)


async def told(database: Database, event: Event) -> Report:
    async with database.reading() as db:
        return report(await facts_of(db, event))


async def keep(database: Database, *rows: object) -> None:
    async with database.writing() as db:
        db.add_all(rows)


def reaction(session: Session, person_id: uuid.UUID, n: int, outcome: str = "accepted") -> Reaction:
    at = BEGAN + timedelta(minutes=n)
    columns = {"emoji": "clap", "outcome": outcome, "received_at": at, "media_at": at}
    return Reaction(person_id=person_id, sender="0" * 16, n=n, session_id=session.id, **columns)


def post(event: Event, reference: str, impressions: int, network: str = "Twitter") -> HashtagMention:
    """A post that carries the event's hashtag."""
    told = {"network": network, "reference": reference, "impressions": impressions}
    return HashtagMention(event_id=event.id, posted_at=BEGAN, **told)


async def test_every_kind_of_row_reaches_its_figure(make: Factory, database: Database) -> None:
    event = await make.event(target=2)
    ama, ben = await make.delegate(event, "Ama"), await make.delegate(event, "Ben")
    await make.delegate(event, "Cai", state="waitlisted")
    session = await make.session(event, started_at=BEGAN, ended_at=BEGAN + timedelta(minutes=30), state="ended")
    table = await make.table(event)
    stay = {"session_id": session.id, "started_at": BEGAN, "seen_at": BEGAN + timedelta(minutes=12)}
    await keep(
        database,
        Attendance(person_id=ama.id, **stay),
        WatchInterval(person_id=ben.id, sender="a" * 16, n=1, session_id=session.id, begins=0, ends=300),
        reaction(session, ama.id, 1),
        reaction(session, ama.id, 2, "credits"),
        DroppedFrames(session_id=session.id, person_id=ben.id, n=40),
        TableStay(table_id=table.id, person_id=ama.id),
    )
    async with database.writing() as db:
        await mentions.add(db, [post(event, "1", 70), post(event, "2", 5)])
    found = await told(database, event)
    values = {name: figure.value for name, figure in found.items()}
    assert (values["registrations"], values["registrations_waitlisted"], values["registrations_target"]) == (2, 1, 2)
    assert (values["attendance_people"], values["attendance_minutes_median"], values["on_demand_people"]) == (1, 12, 1)
    assert values["on_demand_minutes_median"] == 5
    assert (values["reactions_accepted"], values["reactions_tapped"], values["reactions_dropped"]) == (1, 2, 40)
    assert (values["hashtag_mentions"], values["hashtag_impressions"]) == (2, 75)
    assert (values["table_people"], values["people_erased"]) == (1, 0)
    assert [cell.label for cell in found["reactions_by_session"].cells] == [session.title]


async def test_answers_of_both_waves_become_pairs(make: Factory, database: Database) -> None:
    event = await make.event()
    people = [await make.delegate(event) for _ in range(6)]
    async with database.writing() as db:
        await surveys.add_published(db, event, "the system")
        for wave, number in (("before", 6), ("after", 8)):
            survey = await surveys.with_slug(db, event.id, wave)
            assert survey is not None
            for person in people:
                await surveys.answer(db, survey, person.id, {"understanding": number})
    found = await told(database, event)
    assert found["understanding_pairs"].value == 6
    assert found["understanding_before_mean"].value == 6
    assert found["understanding_shift_mean"].value == 2
    assert (found["responses_after"].value, found["responses_after"].denominator) == (6, 6)


async def test_another_events_rows_never_count(make: Factory, database: Database) -> None:
    event, rehearsal = await make.event(), await make.event(kind="rehearsal")
    ama = await make.delegate(rehearsal, "Ama")
    session = await make.live_session(rehearsal)
    await keep(database, reaction(session, ama.id, 1), Attendance(person_id=ama.id, session_id=session.id))
    async with database.writing() as db:
        await mentions.add(db, [post(rehearsal, "1", 70)])
    values = [figure.value for figure in (await told(database, event)).values()]
    assert not any(values[0:1])
    assert (await told(database, event)).keys() == (await told(database, rehearsal)).keys()
    for name in ("registrations", "attendance_people", "reactions_tapped", "hashtag_mentions"):
        assert (await told(database, event))[name].value == 0
        assert (await told(database, rehearsal))[name].value == 1


async def test_an_erased_person_still_counts_and_is_counted_as_erased(make: Factory, database: Database) -> None:
    event = await make.event()
    ama = await make.delegate(event, "Ama")
    async with database.writing() as db:
        await db.delete(await db.get_one(type(ama), ama.id))
    found = await told(database, event)
    assert (found["registrations"].value, found["people_erased"].value) == (1, 1)


async def test_importing_the_same_posts_again_adds_none(make: Factory, database: Database) -> None:
    event = await make.event()
    posts = [post(event, str(n), n) for n in range(1200)]
    async with database.writing() as db:
        assert await mentions.add(db, posts) == 1200
    async with database.writing() as db:
        assert await mentions.add(db, [*posts[:7], post(event, "1", 3, network="LinkedIn")]) == 1
    assert (await told(database, event))["hashtag_mentions"].value == 1201
