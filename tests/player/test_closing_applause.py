"""People watch seconds behind: their applause counts by its media time, until two minutes after the end."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect
from sqlmodel import select

from server.models import Event, Reaction, Session
from server.store import sessions
from server.store.engine.database import Database
from tests.live.page import opened
from tests.player.cinema import FACTS, NewSession, Visit, plays_on, since
from tests.player.conftest import House

CLAP = "button[data-emoji=clap]"
BEHIND_S = 6


async def the_reaction(database: Database, session: Session) -> Reaction:
    async with database.reading() as db:
        return (await db.exec(select(Reaction).where(Reaction.session_id == session.id))).one()


async def test_a_viewer_some_seconds_behind_claps_after_the_end_and_it_is_live(
    with_film: NewSession, visit: Visit, database: Database
) -> None:
    session = await with_film(**since(30))
    page = await visit(session)
    await plays_on(page)
    ended = datetime.now(UTC)
    async with database.writing() as db:
        assert await sessions.move(db, session, "end", now=ended)
    seen = datetime.fromtimestamp(await page.evaluate(f"Number({FACTS}.mediaTime)") / 1000, UTC)
    assert seen < ended
    await page.click(CLAP)
    await expect(page.locator(CLAP)).to_have_attribute("aria-label", "Clap, 1")
    reaction = await the_reaction(database, session)
    assert (reaction.outcome, reaction.wave) == ("accepted", "live")
    assert reaction.media_at is not None
    assert seen <= reaction.media_at <= ended + timedelta(seconds=1)
    assert reaction.received_at > ended


@pytest.mark.parametrize(
    ("after_s", "recording", "outcome", "wave"),
    [
        (60, "none", "accepted", "live"),
        (180, "none", "too-late", "live"),
        (60, "open", "accepted", "live"),
        (180, "open", "accepted", "on demand"),
    ],
)
async def test_the_last_seconds_can_be_clapped_for_as_long_as_the_rule_says(
    house: House, event: Event, after_s: int, recording: str, outcome: str, wave: str
) -> None:
    ended = datetime.now(UTC) - timedelta(seconds=after_s)
    began = ended - timedelta(minutes=30)
    hours = {"starts_at": began, "started_at": began, "ended_at": ended}
    session = await house.make.session(event, state="ended", recording=recording, **hours)
    room = f"session:{session.id}"
    async with opened(house.address, await house.make.cookie(await house.make.delegate(event)), room) as page:
        at = round((ended.timestamp() - BEHIND_S) * 1000)
        key = await page.react(room, at=at)
        await page.until(lambda page: page.answers.get(key) == outcome)
    reaction = await the_reaction(house.database, session)
    assert (reaction.outcome, reaction.wave) == (outcome, wave)
    assert reaction.media_at == datetime.fromtimestamp(at / 1000, UTC)
    assert reaction.received_at - ended >= timedelta(seconds=after_s)
