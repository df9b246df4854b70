"""The agenda: every session by day, the bookmarks that the reader has made, and calendar files."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlencode

from msgspec import to_builtins
from starlette.requests import Request
from starlette.responses import Response

from server.rules.local_time import local_date
from server.store import agenda, topic_states
from server.store.agenda import Item
from server.web.calendar import calendar_file
from server.web.entrance import entering, person_who, session_of
from server.web.errors import Invalid, SignInNeeded
from server.web.forms import Form, read_form
from server.web.templating import redirect, render


@dataclass(frozen=True)
class Filters:
    """The parts of the agenda to show; each is a word in the address, empty for everything."""

    day: str = ""
    """An ISO date."""
    track: str = ""
    """A slug."""
    mine: str = ""
    """yes: only the sessions that the reader has added to their own agenda."""
    zone: str = ""
    """mine: hours in the reader's own time zone."""

    def query(self, **changes: str) -> str:
        """The address of the agenda with some filters changed."""
        chosen = {name: value for name, value in asdict(replace(self, **changes)).items() if value}
        return f"?{urlencode(chosen)}" if chosen else "?"

    def let_pass(self, item: Item, bookmarked: bool) -> bool:
        if self.track and (item.track is None or item.track.slug != self.track):
            return False
        return bookmarked or self.mine != "yes"


def filters_of(request: Request) -> Filters:
    asked = request.query_params
    return Filters(*(asked.get(name, "")[:60] for name in ("day", "track", "mine", "zone")))


async def index(request: Request) -> Response:
    """The agenda, open to everybody as the event's page is; bookmarks need a sign-in."""
    now, filters, person = datetime.now(UTC), filters_of(request), request.state.viewer.person
    async with entering(request) as (db, event):
        items = await agenda.agenda(db, event, now)
        mine = await agenda.bookmarks_of(db, event.id, person.id) if person else frozenset()
        tracks = await agenda.tracks_of(db, event.id)
    days = agenda.by_day(items, event.zone)
    chosen = [item for item in items if filters.let_pass(item, item.session.id in mine)]
    shown = agenda.by_day(chosen, event.zone)
    return render(
        request,
        "agenda/index.html",
        filters=filters,
        drawn=to_builtins(topic_states.agenda([item.session for item in items])),
        days=days,
        shown={day: found for day, found in shown.items() if filters.day in ("", day.isoformat())},
        tracks=tracks,
        mine=mine,
        today=local_date(now, event.zone),
    )


async def calendar(request: Request) -> Response:
    """The whole agenda as a calendar file; with `?mine=yes` the reader's own. Raises SignInNeeded for a stranger's."""
    now, filters, person = datetime.now(UTC), filters_of(request), request.state.viewer.person
    async with entering(request) as (db, event):
        if filters.mine and person is None:
            raise SignInNeeded("Please open your join link first.")
        mine = await agenda.bookmarks_of(db, event.id, person.id) if person else frozenset()
        items = await agenda.agenda(db, event, now)
    chosen = [item for item in items if filters.let_pass(item, item.session.id in mine)]
    return calendar_file(request, event, chosen, f"{event.slug}{'-mine' if filters.mine else ''}.ics")


class BookmarkForm(Form):
    """A session to keep in the reader's own agenda or to take out of it, and the page to go back to."""

    kept: Literal["yes", "no"]
    back: Literal["agenda", "session", "lobby"] = "agenda"


async def bookmark(request: Request) -> Response:
    """Put a session into the reader's own agenda, or take it out."""
    form = await read_form(request, BookmarkForm)
    async with entering(request, writing=True) as (db, event):
        person = person_who(request, "event.attend")
        session = await session_of(request, db, event)
        if form.input is None:
            raise Invalid("Please use the button beside the session.")
        kept = form.input.kept == "yes"
        await agenda.bookmark(db, person.id, session.id, kept=kept)
    notice = "bookmarked" if kept else "unbookmarked"
    if form.input.back == "session":
        return redirect(request, "session", event=event.slug, session=session.slug, notice=notice)
    return redirect(request, form.input.back, event=event.slug, notice=notice, anchor=session.slug)
