"""A session: its picture, what it is about, who speaks, and how far one has watched."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from anyio import to_thread
from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from rooms.film_index import CAPTIONS_NAME
from rooms.protocol import SIGNS
from server import films
from server.calendar import calendar_file
from server.entrance import event_of, require, session_of
from server.errors import Conflict, Invalid
from server.forms import Form
from server.models import Registration
from server.store import agenda, reactions, recordings, tables, watching
from server.store.agenda import Item
from server.store.films import film_of
from server.store.revisions import session_room
from server.store.tables import SetTable
from server.store.watching import Stretch
from server.templating import render
from server.transcripts import Line, read_transcript

LABELS = {"clap": "Clap", "love": "Love", "agree": "Agree", "laugh": "Laugh", "wow": "Wow", "idea": "Idea"}
EMOJI = [(name, sign, LABELS[name]) for name, sign in SIGNS.items()]
"""The reaction bar's keys, in order: name on the wire, sign, label."""
NEEDS = ("captions", "transcript", "interpreter", "calm")
MOST_S = 86_400
"""No recording is longer than a day."""
MOST_INTERVALS = 40
"""As in static/js/models/watching.js."""
Seconds = Annotated[float, Field(ge=0, le=MOST_S, allow_inf_nan=False)]


async def show(request: Request) -> Response:
    """The session as it stands: before, while and after it is on."""
    now = datetime.now(UTC)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        person = require(request, "event.attend", session_id=session.id).person
        assert person is not None
        item = await agenda.item(db, event, session, now)
        film = await film_of(db, session)
        recorded = (await recordings.lengths_of(db, [session]))[session.id]
        context: dict[str, Any] = {
            "mine": session.id in await agenda.bookmarks_of(db, event.id, person.id),
            "progress": await recordings.progress_of(db, person.id, session.id),
            "tables": tables_of(item, await tables.lounge(db, event.id)),
            "following": following(item, await agenda.agenda(db, event, now)),
            "totals": (await reactions.count(db, session.id)).totals().totals,
        }
    lines: list[Line] = []
    if film is not None and item.state == "on-demand":
        path = films.directory_of(request.app.state.settings, film) / CAPTIONS_NAME
        lines = await to_thread.run_sync(read_transcript, path)
    return render(
        request,
        "sessions/show.html",
        item=item,
        drawn=agenda.session_facts(session),
        session=session,
        length=film.duration if film else 0,
        recorded=recorded,
        here=request.app.state.hub.headcount(session_room(session.id)),
        transcript=lines,
        needs=needs_of(request.state.registration),
        emoji=EMOJI,
        **context,
    )


def needs_of(registration: Registration | None) -> dict[str, bool]:
    """The access needs that were stated at registration, which the page meets from the start."""
    return {name: registration is not None and getattr(registration, name) for name in NEEDS}


def tables_of(item: Item, lounge: Sequence[SetTable]) -> list[SetTable]:
    """The open tables of this session, and those that its speakers host."""
    hosts = {speaker.id for speaker in item.speakers}
    return [
        each
        for each in lounge
        if each.table.state == "open"
        and (each.table.session_id == item.session.id or (each.host is not None and each.host.id in hosts))
    ]


def following(item: Item, items: Sequence[Item]) -> Item | None:
    """What to go on to once this session is over: what is live, else what comes next."""
    programme = agenda.programme([each for each in items if each.session.id != item.session.id])
    return next(iter((*programme.live, *programme.next)), None)


async def calendar(request: Request) -> Response:
    """One session as a calendar file."""
    now = datetime.now(UTC)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        item = await agenda.item(db, event, session, now)
    return calendar_file(request, event, [item], f"{session.slug}.ics")


class Interval(Form):
    """A stretch that a page has played, its `n`th; at `speed` seconds of the recording in one."""

    n: int = Field(ge=1, le=1_000_000)
    begins: Seconds
    ends: Seconds
    speed: float = Field(ge=0.1, le=16, allow_inf_nan=False)


class ProgressReport(Form):
    """Where a player stands and how far it ever came, seconds from the recording's start, and what it has played."""

    position: Seconds
    watched: Seconds
    sender: str = Field(default="", pattern="^([0-9a-f]{16})?$")
    intervals: list[Interval] = Field(default=[], max_length=MOST_INTERVALS)

    def stretches(self, length: float) -> list[Stretch]:
        """What was played of a recording of this length, seconds."""
        cut = [(each.n, min(each.begins, length), min(each.ends, length), each.speed) for each in self.intervals]
        return [Stretch(*each) for each in cut if self.sender and each[1] < each[2]]


async def progress(request: Request) -> Response:
    """Keep how far the viewer has watched a recording, and what of it; JSON in, 204 out."""
    now = datetime.now(UTC)
    await request.app.state.limits.spend(request, "write")
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        person = require(request, "event.attend", session_id=session.id).person
        lengths = await recordings.lengths_of(db, [session])
    assert person is not None
    if not agenda.is_on_demand(session, event, now):
        raise Conflict("This session cannot be watched again yet, so there is nothing to resume.")
    try:
        report = ProgressReport.model_validate_json(await request.body())
    except ValidationError as error:
        raise Invalid("A position and how far was watched are expected, in seconds.") from error
    position, watched = (min(seconds, lengths[session.id]) for seconds in (report.position, report.watched))
    async with request.app.state.db.writing() as db:
        await recordings.keep_progress(db, person.id, session.id, position, watched, now)
        await watching.keep(db, person.id, session.id, report.sender, report.stretches(lengths[session.id]), now)
    return Response(status_code=204)
