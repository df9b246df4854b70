"""The lobby: the sessions that are on now and those that come next, and the delegate's own day."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import to_builtins
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.models import Event, Person, Survey
from server.rules.local_time import local_date
from server.store import agenda, recordings, surveys, tables, topic_states
from server.store.agenda import Item
from server.store.engine.revisions import session_room
from server.surveys.published import AFTER, BEFORE
from server.web.entrance import entering, person_who
from server.web.templating import render

ENDED = ("ended", "on-demand")


async def show(request: Request) -> Response:
    """The lobby as it stands for this delegate."""
    now = datetime.now(UTC)
    async with entering(request) as (db, event):
        person = person_who(request, "event.attend")
        items = await agenda.agenda(db, event, now)
        now_and_next = agenda.now_and_next(items)
        mine = await agenda.bookmarks_of(db, event.id, person.id)
        seen = await recordings.seen_by(db, person.id, [item.session.id for item in now_and_next.on_demand])
        survey = await survey_for(db, event, person, items, now)
        lounge = await tables.lounge(db, event.id)
    hub, today = request.app.state.hub, local_date(now, event.zone)
    return render(
        request,
        "lobby/show.html",
        now_and_next=now_and_next,
        drawn=to_builtins(topic_states.agenda([item.session for item in items])),
        here={item.session.id: hub.headcount(session_room(item.session.id)) for item in now_and_next.live},
        today=agenda.by_day(items, event.zone).get(today, []),
        mine=mine,
        missed=[item for item in now_and_next.on_demand if item.session.id not in seen],
        survey=survey,
        lounge=lounge,
    )


async def survey_for(
    db: AsyncSession, event: Event, person: Person, items: Sequence[Item], now: datetime
) -> Survey | None:
    """The open survey that this person has not answered: `before` until the first session has ended, then `after`."""
    wave = AFTER if any(item.state in ENDED for item in items) else BEFORE
    survey = await surveys.with_slug(db, event.id, wave)
    if survey is None or not surveys.is_open(survey, now):
        return None
    return None if await surveys.response_of(db, survey.id, person.id) else survey
