"""A join link signs in its person, in three browsers at most, until it ends."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from server.models import Event, JoinLink, SignIn
from server.store import credentials, join_links
from server.store.engine.database import Database
from server.store.join_links import LinkEnded, LinkExpired, LinkForwarded, LinkUnknown
from server.trust import sign_in
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 9, 0, tzinfo=UTC)


async def create(database: Database, make: Factory, event: Event, **options: object) -> str:
    person = await make.delegate(event)
    async with database.writing() as db:
        return await join_links.create(db, person, event, **options)  # type: ignore[arg-type]


async def use(database: Database, token: str, now: datetime = NOW) -> str:
    """Use a link: the cookie's token, or the name of the refusal."""
    try:
        async with database.writing() as db:
            link, person, _ = await join_links.find(db, token, now)
            return await join_links.use(db, link, person, "Firefox")
    except join_links.LinkRefused as refused:
        return type(refused).__name__


async def test_only_the_hash_of_a_link_is_stored(database: Database, make: Factory) -> None:
    token = await create(database, make, await make.event())
    async with database.reading() as db:
        link = (await db.exec(select(JoinLink))).one()
    assert token not in str(link.model_dump())
    assert link.token_hash == sign_in.token_hash(token)
    assert len(token) >= 43


async def test_three_browsers_come_in_and_the_fourth_is_a_stranger(database: Database, make: Factory) -> None:
    token = await create(database, make, await make.event())
    assert [len(await use(database, token)) for _ in range(3)] == [43, 43, 43]
    assert await use(database, token) == "LinkForwarded"


async def test_ten_browsers_at_once_are_three(database: Database, make: Factory) -> None:
    token = await create(database, make, await make.event())
    outcomes = await asyncio.gather(*(use(database, token) for _ in range(10)))
    assert Counter(outcomes)["LinkForwarded"] == 7
    async with database.reading() as db:
        assert len((await db.exec(select(SignIn))).all()) == 3


async def test_signing_out_makes_room_for_another_browser(database: Database, make: Factory) -> None:
    token = await create(database, make, await make.event())
    for _ in range(3):
        await use(database, token)
    async with database.writing() as db:
        first = (await db.exec(select(SignIn))).first()
        assert first is not None
        await credentials.end_sign_in(db, first.person_id, first.id, NOW)
    assert await use(database, token) != "LinkForwarded"


async def test_a_link_works_until_the_last_recording_closes(database: Database, make: Factory) -> None:
    """The day ends in the event's zone: in summer, an hour before midnight UTC."""
    event = await make.event(
        starts_on=date(2026, 6, 28), ends_on=date(2026, 6, 29), recordings_close_on=date(2026, 7, 5)
    )
    token = await create(database, make, event)
    assert await use(database, token, datetime(2026, 7, 5, 22, 59, tzinfo=UTC)) != "LinkExpired"
    assert await use(database, token, datetime(2026, 7, 5, 23, 0, tzinfo=UTC)) == "LinkExpired"


async def test_a_link_may_have_an_end_of_its_own(database: Database, make: Factory) -> None:
    token = await create(database, make, await make.event(), expires_at=NOW)
    assert await use(database, token, NOW - timedelta(seconds=1)) != "LinkExpired"
    assert await use(database, token, NOW) == "LinkExpired"


async def test_an_ended_link_is_not_an_unknown_one(database: Database, make: Factory) -> None:
    token = await create(database, make, await make.event())
    async with database.writing() as db:
        link, _, _ = await join_links.find(db, token, NOW)
        assert await join_links.end(db, link.id, NOW)
        assert not await join_links.end(db, link.id, NOW)
    async with database.reading() as db:
        with pytest.raises(LinkEnded):
            await join_links.find(db, token, NOW)
        with pytest.raises(LinkUnknown):
            await join_links.find(db, token[:-1], NOW)


def test_every_refusal_is_named() -> None:
    assert {LinkUnknown, LinkEnded, LinkExpired, LinkForwarded} == set(join_links.LinkRefused.__subclasses__())
