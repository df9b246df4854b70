"""A session: its picture, what it is about, who speaks, and how far one has watched."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from anyio import to_thread
from msgspec import to_builtins
from pydantic import Field, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from rooms.playback.film_index import CAPTIONS_NAME
from rooms.protocol import SIGNS
from server.acts.registration_form import COLLEAGUE
from server.models import Event, Registration, Session
from server.playback.airings import Airing, Airings
from server.recordings.transcripts import TranscriptLine, read_transcript
from server.rules.crowd import Crowd, crowd
from server.store import agenda, chapters, reactions, recordings, stages, tables, topic_states, watching
from server.store.agenda import Item
from server.store.engine.revisions import session_room
from server.store.films import film_of
from server.store.tables import SetTable
from server.store.watching import WatchedStretch
from server.trust.sign_in import Viewer
from server.web.calendar import calendar_file
from server.web.entrance import event_of, require, session_of
from server.web.errors import Conflict, Invalid
from server.web.forms import Form
from server.web.templating import render

LABELS = {"clap": "Clap", "love": "Love", "agree": "Agree", "laugh": "Laugh", "wow": "Wow", "idea": "Idea"}
EMOJI = [(name, sign, LABELS[name]) for name, sign in SIGNS.items()]
"""The reaction bar's keys, in order: name on the wire, sign, label."""
NEEDS = ("captions", "transcript", "interpreter", "calm")
SENT_ON = "colleague"
"""What the address says that a viewer sends to a colleague."""
MOST_S = 86_400
"""No recording is longer than a day."""
MOST_INTERVALS = 40
"""As in static/js/models/watching.js."""
Seconds = Annotated[float, Field(ge=0, le=MOST_S, allow_inf_nan=False)]


async def show(request: Request) -> Response:
    """The session as it stands: before, while and after it is on."""
    now, airing = datetime.now(UTC), await airing_at(request)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        if is_sent_on(request):
            return sent_on(request, event)
        person = require(request, "event.attend", session_id=session.id).person
        assert person is not None
        item = await agenda.item(db, event, session, now)
        film = await film_of(db, session)
        recorded = (await recordings.lengths_of(db, [session]))[session.id]
        begins = airing.source.cut.begins_s if airing else 0.0
        progress = await recordings.progress_of(db, person.id, session.id)
        context: dict[str, Any] = {
            "mine": session.id in await agenda.bookmarks_of(db, event.id, person.id),
            "resume": within(progress.position - begins, recorded) if progress else 0,
            "watched": progress.watched if progress else 0,
            "tables": tables_of(item, await tables.lounge(db, event.id)),
            "following": following(item, await agenda.agenda(db, event, now)),
            "totals": (await reactions.totals(db, session.id)).totals,
            "kept": await keepsake(db, session, airing) if airing and item.state == "on-demand" else Keepsake(),
        }
        is_signed = await signed_at(db, session, airing)
    return render(
        request,
        "sessions/show.html",
        item=item,
        is_signed=is_signed,
        drawn=to_builtins(topic_states.status(session)),
        session=session,
        length=film.duration if film else 0,
        recorded=recorded,
        begins=begins,
        here=request.app.state.hub.headcount(session_room(session.id)),
        at=moment_asked(request, begins, recorded),
        needs=needs_of(request.state.registration),
        emoji=EMOJI,
        **context,
    )


async def signed_at(db: AsyncSession, session: Session, airing: Airing | None) -> bool:
    """Whether an interpreter's picture can be had beside the programme."""
    if airing is not None and airing.signed is not None:
        return True
    stage = await stages.stage_at(db, session.stage_id) if session.stage_id and session.state == "live" else None
    return session.signed_film_id is not None or (stage is not None and await stages.is_signed(db, stage[0]))


class Keepsake(NamedTuple):
    """What a recording has beside its picture: what was said, its chapters, and what the crowd did, by its seconds."""

    transcript: Sequence[TranscriptLine] = ()
    chapters: Sequence[tuple[float, str]] = ()
    crowd: Crowd | None = None


async def keepsake(db: AsyncSession, session: Session, airing: Airing) -> Keepsake:
    cut = airing.source.cut
    lines = await to_thread.run_sync(read_transcript, airing.directory / CAPTIONS_NAME)
    said = [(cut.recording_second_of(line.begins_s), line.text) for line in lines]
    marked = [(cut.recording_second_at(each.at), each.title) for each in await chapters.chapters_of(db, session.id)]
    length = (await recordings.lengths_of(db, [session]))[session.id]
    return Keepsake(
        [TranscriptLine(second, text) for second, text in said if second is not None],
        [(second, title) for second, title in marked if second is not None],
        crowd(await reactions.moments_of(db, session.id), cut.recording_second_at, length),
    )


async def crowd_rows(request: Request) -> Response:
    """What the crowd did at each second of the recording, to be replayed: JSON."""
    now, airing = datetime.now(UTC), await airing_at(request)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        require(request, "event.attend", session_id=session.id)
        is_open = agenda.is_on_demand(session, event, now)
        kept = await keepsake(db, session, airing) if airing and is_open else Keepsake()
    rows = kept.crowd.rows if kept.crowd else []
    return JSONResponse(rows, headers={"cache-control": "private, max-age=60"})


async def airing_at(request: Request) -> Airing | None:
    """What the session of the address sends out.

    Asked for outside of any transaction: it may have to be read, and pages that hold all connections to the database
    would wait for one more.
    """
    airings: Airings = request.app.state.airings
    return await airings.at(request.path_params["event"], request.path_params["session"])


def is_sent_on(request: Request) -> bool:
    """Whether somebody without a registration comes by the link to a moment that a colleague sent."""
    viewer: Viewer = request.state.viewer
    return request.query_params.get("via") == SENT_ON and not viewer.grants and request.state.registration is None


def sent_on(request: Request, event: Event) -> Response:
    """To the registration; its join link then opens the moment."""
    moment = request.query_params.get("t", "")
    then = f"{request.url.path}?t={moment}" if moment.isascii() and moment.isdigit() else request.url.path
    address = request.app.url_path_for("registration", event=event.slug)
    return RedirectResponse(f"{address}?{urlencode({'via': COLLEAGUE, 'then': then})}", 303)


def moment_asked(request: Request, begins: float, length: float) -> int | None:
    """The second of the recording that `?t=`, a second of the film, asks for; None for one that is none.

    What was cut away at the beginning is asked for as the recording's start.
    """
    asked = request.query_params.get("t", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 6) or int(asked) - begins >= length:
        return None
    return max(0, int(asked) - int(begins))


def within(second: float, length: float) -> float:
    """A second of a recording, at its start or end where it lies before or after."""
    return min(max(0.0, second), length)


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
    now_and_next = agenda.now_and_next([each for each in items if each.session.id != item.session.id])
    return next(iter((*now_and_next.live, *now_and_next.next)), None)


async def calendar(request: Request) -> Response:
    """One session as a calendar file."""
    now = datetime.now(UTC)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        item = await agenda.item(db, event, session, now)
    return calendar_file(request, event, [item], f"{session.slug}.ics")


class PlayedInterval(Form):
    """A stretch that a page has played, its `n`th; at `speed` seconds of the recording in one."""

    n: int = Field(ge=1, le=1_000_000)
    begins: Seconds
    ends: Seconds
    speed: float = Field(ge=0.1, le=16, allow_inf_nan=False)


class ProgressReport(Form):
    """Where a player stands, how far it ever came and what it has played.

    In seconds of the film (see `rooms.playback.cuts`).
    """

    position: Seconds
    watched: Seconds
    sender: str = Field(default="", pattern="^([0-9a-f]{16})?$")
    intervals: list[PlayedInterval] = Field(default=[], max_length=MOST_INTERVALS)

    def stretches(self, length: float) -> list[WatchedStretch]:
        """What was played of a film of this length, seconds."""
        cut = [(each.n, min(each.begins, length), min(each.ends, length), each.speed) for each in self.intervals]
        return [WatchedStretch(*each) for each in cut if self.sender and each[1] < each[2]]


async def progress(request: Request) -> Response:
    """Keep how far the viewer has watched a recording, and what of it; JSON in, 204 out."""
    now = datetime.now(UTC)
    await request.app.state.limits.spend(request, "write")
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        person = require(request, "event.attend", session_id=session.id).person
        length = (await recordings.whole_lengths_of(db, [session]))[session.id]
    assert person is not None
    if not agenda.is_on_demand(session, event, now):
        raise Conflict("This session cannot be watched again yet, so there is nothing to resume.")
    try:
        report = ProgressReport.model_validate_json(await request.body())
    except ValidationError as error:
        raise Invalid("A position and how far was watched are expected, in seconds.") from error
    position, watched = (min(seconds, length) for seconds in (report.position, report.watched))
    async with request.app.state.db.writing() as db:
        await recordings.keep_progress(db, person.id, session.id, position, watched, now)
        await watching.keep(db, person.id, session.id, report.sender, report.stretches(length), now)
    return Response(status_code=204)
