"""The first page of the console: figures, live sessions, the run of show, and needs for a person."""

from datetime import UTC, datetime

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from rooms.protocol import Reason
from rooms.topics.keeping import Trouble
from server.models import Event
from server.playback.films import unplayable
from server.rules import retention
from server.rules.local_time import local_date
from server.rules.needs import needs
from server.store import agenda, announcements, console, planning
from server.web.entrance import entering, person_who
from server.web.errors import NotFound
from server.web.forms import Form, FormState, SeveralLines, read_form
from server.web.templating import redirect, render

LONGEST_ANNOUNCEMENT = 280
REASON_WORDS: dict[Reason, str] = {
    "credit": "too fast",
    "not-live": "not live",
    "too-late": "too late",
    "busy": "we were busy",
    "no-such-session": "no such session",
    "forbidden": "not allowed",
}
"""The ledger's words for each reason to refuse a reaction."""

TROUBLE_WORDS: dict[Trouble, str] = {
    "disk": "The disk takes nothing more: free some space.",
    "store": "The object store does not answer. Nothing is lost, but viewers wait.",
    "no-picture": "No picture comes from the source that is shown.",
    "no-sound": "Nobody on air is heard.",
    "clock": "This machine’s clock was set meanwhile. The recording keeps the time with which it began.",
}
"""The sentence for each trouble of a programme."""


class AnnouncementForm(Form):
    text: SeveralLines = Field(min_length=1, max_length=LONGEST_ANNOUNCEMENT)


async def show(request: Request) -> Response:
    async with entering(request, "console.open") as (db, event):
        return await page(request, db, event, FormState())


async def page(
    request: Request, db: AsyncSession, event: Event, form: FormState[AnnouncementForm], status_code: int = 200
) -> Response:
    """The page, with the announcement as it was typed."""
    now = datetime.now(UTC)
    items = await agenda.agenda(db, event, now)
    figures = await console.figures_view(db, event, now)
    clashes = await console.double_bookings(db, event.id)
    checked = await console.checked_recordings(db, event.id)
    tiles = await console.tiles(db, items, now)
    said = await announcements.recent(db, event.id)
    today = local_date(now, event.zone)
    days = agenda.by_day(items, event.zone)
    return render(
        request,
        "console/overview/show.html",
        status_code=status_code,
        form=form,
        figures=figures,
        tiles=tiles,
        coming=[item for item in items if item.state in ("scheduled", "late")][:3],
        days=days,
        is_whole={session.id: kept.is_whole for session, kept in checked},
        today=today if today in days else next((day for day in days if day >= today), None),
        needs=needs(
            [item.session for item in items],
            [(c.speaker.name, c.first.title, c.second.title, c.second.slug) for c in clashes],
            state=event.state,
            zone=event.zone,
            recordings_open=event.recordings_open,
            recordings=[
                (session.title, session.slug, kept.faults, sum(end - begin for begin, end in kept.missing))
                for session, kept in checked
                if not kept.is_whole
            ],
            troubled_mail=figures.mail_troubled,
            put_off_mail=figures.mail_put_off,
            waitlisted=figures.registered.waitlisted,
            names_controller=event.names_controller,
            retention_day=None if retention.is_over(event) else event.retention_day,
            clock_jumped_by_s=request.app.state.wall_clock.jumped_by_s(),
            unplayable=unplayable(request.app.state.settings, await planning.films_of(db, event.id)),
            is_mail_sent=bool(request.app.state.settings.mail_server) or event.kind == "demo",
            now=now,
        ),
        announcements=said,
        longest=LONGEST_ANNOUNCEMENT,
        reasons=REASON_WORDS,
        troubles=TROUBLE_WORDS,
    )


async def announce(request: Request) -> Response:
    """Send an announcement to every open page."""
    form = await read_form(request, AnnouncementForm)
    async with entering(request, "announcement.send", writing=True) as (db, event):
        person = person_who(request, "announcement.send")
        if form.input is None:
            return await page(request, db, event, form, 422)
        await announcements.send(db, event.id, person.id, form.input.text)
    return redirect(request, "console", event=event.slug, notice="announced")


async def withdraw(request: Request) -> Response:
    """Withdraw an announcement."""
    async with entering(request, "announcement.send", writing=True) as (db, event):
        if not await announcements.withdraw(db, event.id, request.path_params["announcement"], datetime.now(UTC)):
            raise NotFound("That announcement is withdrawn already.")
    return redirect(request, "console", event=event.slug, notice="withdrawn")
