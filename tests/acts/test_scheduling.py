"""A session is scheduled from what its event has, and its past is not changed."""

import uuid
from datetime import UTC, datetime

import pytest

from server.acts import scheduling
from server.acts.session_form import SessionForm
from server.models import Event
from server.store.engine.database import Database
from server.web.errors import Conflict
from server.web.forms import NOT_OFFERED
from tests.factory import Factory

FIELDS = {"title": "Healthy Hearts", "starts": datetime(2026, 6, 28, 9, 30), "ends": datetime(2026, 6, 28, 10, 15)}


@pytest.fixture
async def event(make: Factory) -> Event:
    day = datetime(2026, 6, 28, tzinfo=UTC).date()
    return await make.event(starts_on=day, ends_on=day)


async def test_whatever_the_event_does_not_have_is_refused_field_by_field(
    make: Factory, database: Database, event: Event
) -> None:
    elsewhere = await make.speaker(await make.event())
    others = {name: uuid.uuid4() for name in ("track", "film", "signed_film", "stage")}
    form = SessionForm(**FIELDS, **others, speakers=[elsewhere.id])
    async with database.reading() as db:
        wrong = await scheduling.problems(db, event, None, form, await scheduling.choices_of(db, event))
    both = "A session plays a film or is broadcast from a stage, not both."
    assert wrong == dict.fromkeys(("track", "film", "signed_film", "speakers"), NOT_OFFERED) | {"stage": both}


async def test_a_session_that_fits_has_no_problems_and_is_on_the_agenda(
    make: Factory, database: Database, event: Event
) -> None:
    speaker = await make.speaker(event)
    form = SessionForm(**FIELDS, speakers=[speaker.id])
    async with database.writing() as db:
        assert await scheduling.problems(db, event, None, form, await scheduling.choices_of(db, event)) == {}
        session = await scheduling.create(db, event, form)
    assert (session.slug, session.starts_local) == ("healthy-hearts", "2026-06-28T09:30")
    assert session.starts_at == datetime(2026, 6, 28, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("state", ["live", "paused"])
async def test_a_session_that_is_on_is_not_taken_off(
    make: Factory, database: Database, event: Event, state: str
) -> None:
    session = await make.session(event, state=state)
    async with database.writing() as db:
        with pytest.raises(Conflict, match="End it first"):
            await scheduling.remove(db, session)
