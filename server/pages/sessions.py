"""A session: its picture, its description, its speakers, and how far the viewer has watched it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from msgspec import to_builtins
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from rooms.protocol import SIGNS
from server.acts import watching
from server.acts.registration_form import COLLEAGUE
from server.models import Event, Registration, Session, Stage
from server.playback.airings import Airing, Airings
from server.recordings.keepsakes import Keepsake, keepsake
from server.rules.numbers import is_number
from server.rules.phases import PhaseFacts
from server.rules.showing import Showing
from server.store import agenda, reactions, recordings, stages, tables, topic_states
from server.store.agenda import Item
from server.store.engine.revisions import session_room
from server.store.films import film_of
from server.store.tables import SetTable
from server.trust.sign_in import Viewer
from server.web.calendar import calendar_file
from server.web.entrance import entering, person_who, require, session_of
from server.web.templating import render

LABELS = {"clap": "Clap", "love": "Love", "agree": "Agree", "laugh": "Laugh", "wow": "Wow", "idea": "Idea"}
EMOJI = [(name, sign, LABELS[name]) for name, sign in SIGNS.items()]
"""The reaction bar's keys, in order: name on the wire, sign, label."""
NEEDS = ("captions", "transcript", "interpreter", "calm")
SENT_ON = "colleague"
"""The value of `?via=` in the address that a viewer sends to a colleague."""


async def show(request: Request) -> Response:
    """The session as it stands: before, while and after it is on."""
    now, airing = datetime.now(UTC), await airing_at(request)
    async with entering(request) as (db, event):
        session = await session_of(request, db, event)
        if is_sent_on(request):
            return sent_on(request, event)
        person = person_who(request, "event.attend", session_id=session.id)
        item = await agenda.item(db, event, session, now)
        film = await film_of(db, session)
        recorded = (await recordings.lengths_of(db, [session]))[session.id]
        begins = airing.source.cut.begins_s if airing else 0.0
        progress = await recordings.progress_of(db, person.id, session.id)
        stage = await db.get(Stage, session.stage_id) if session.stage_id else None
        kept = await keepsake(db, session, airing) if airing and item.state == "on-demand" else Keepsake()
        needs = needs_of(request.state.registration)
        showing = Showing(
            facts=facts_of(item, stage),
            is_late=item.state == "late",
            left_s=within(progress.position - begins, recorded) if progress else 0,
            asked_s=moment_asked(request, begins, recorded),
            watched_s=progress.watched if progress else 0,
            begins_s=begins,
            length_s=film.duration if film else 0,
            recorded_s=recorded,
            captions=needs["captions"],
            interpreter=needs["interpreter"],
            is_signed=await signed_at(db, session, airing, stage),
            chapters=kept.chapters,
            crowd=kept.crowd,
        )
        context: dict[str, Any] = {
            "mine": session.id in await agenda.bookmarks_of(db, event.id, person.id),
            "tables": tables_of(item, await tables.lounge(db, event.id)),
            "following": following(item, await agenda.agenda(db, event, now)),
            "totals": (await reactions.totals(db, session.id)).totals,
        }
    return render(
        request,
        "sessions/show.html",
        item=item,
        showing=showing,
        kept=kept,
        drawn=to_builtins(topic_states.status(session, event_state=event.state)),
        session=session,
        here=request.app.state.hub.headcount(session_room(session.id)),
        needs=needs,
        emoji=EMOJI,
        **context,
    )


def facts_of(item: Item, stage: Stage | None) -> PhaseFacts:
    """Tell what decides the phase of a session on the agenda."""
    session = item.session
    air = topic_states.air(stage)
    is_closed = session.recording == "open" and item.state != "on-demand"
    return PhaseFacts(
        state=session.state,
        recording="closed" if is_closed else session.recording,
        air=air.state,
        source="film" if session.film_id else "stage" if stage else "none",
    )


async def signed_at(db: AsyncSession, session: Session, airing: Airing | None, stage: Stage | None) -> bool:
    """Tell whether an interpreter's picture can be had beside the programme."""
    if session.signed_film_id is not None or (airing is not None and airing.signed is not None):
        return True
    return stage is not None and session.state == "live" and await stages.is_signed(db, stage)


async def crowd_rows(request: Request) -> Response:
    """The reactions of the crowd at each second of the recording, to be replayed: JSON."""
    now, airing = datetime.now(UTC), await airing_at(request)
    async with entering(request) as (db, event):
        session = await session_of(request, db, event)
        require(request, "event.attend", session_id=session.id)
        is_open = agenda.is_on_demand(session, event, now)
        kept = await keepsake(db, session, airing) if airing and is_open else Keepsake()
    rows = kept.crowd.rows if kept.crowd else []
    return JSONResponse(rows, headers={"cache-control": "private, max-age=60"})


async def airing_at(request: Request) -> Airing | None:
    """The airing of the session that the address names; None while there is none.

    Ask for it outside of any transaction: it may have to be read, in a transaction of its own, and pages that hold all
    connections to the database would wait for one more.
    """
    airings: Airings = request.app.state.airings
    return await airings.at(request.path_params["event"], request.path_params["session"])


def is_sent_on(request: Request) -> bool:
    """True for somebody without a registration, who comes by a link to a moment that a colleague sent."""
    viewer: Viewer = request.state.viewer
    return request.query_params.get("via") == SENT_ON and not viewer.grants and request.state.registration is None


def sent_on(request: Request, event: Event) -> Response:
    """Go to the registration; its join link then opens the moment."""
    moment = request.query_params.get("t", "")
    path = request.scope["path"]
    then = f"{path}?t={moment}" if is_number(moment) else path
    address = request.app.url_path_for("registration", event=event.slug)
    return RedirectResponse(f"{address}?{urlencode({'via': COLLEAGUE, 'then': then})}", 303)


def moment_asked(request: Request, begins: float, length: float) -> int | None:
    """The second of the recording that `?t=`, a second of the film, asks for; None for text that is no such second.

    A second that was cut away at the beginning stands for the recording's start.
    """
    asked = request.query_params.get("t", "")
    if not is_number(asked) or int(asked) - begins >= length:
        return None
    return max(0, int(asked) - int(begins))


def within(second: float, length: float) -> float:
    """The nearest second that lies in a recording of this length."""
    return min(max(0.0, second), length)


def needs_of(registration: Registration | None) -> dict[str, bool]:
    """Each access need, and True where it was stated at registration: the page meets those from the start."""
    return {name: registration is not None and getattr(registration, name) for name in NEEDS}


def tables_of(item: Item, lounge: Sequence[SetTable]) -> list[SetTable]:
    """The open tables of this session, and the open tables that its speakers host."""
    hosts = {speaker.id for speaker in item.speakers}
    return [
        each
        for each in lounge
        if each.table.state == "open"
        and (each.table.session_id == item.session.id or (each.host is not None and each.host.id in hosts))
    ]


def following(item: Item, items: Sequence[Item]) -> Item | None:
    """The session to go on to after this one: the first that is live, else the next."""
    now_and_next = agenda.now_and_next([each for each in items if each.session.id != item.session.id])
    return next(iter((*now_and_next.live, *now_and_next.next)), None)


async def calendar(request: Request) -> Response:
    """One session as a calendar file."""
    now = datetime.now(UTC)
    async with entering(request) as (db, event):
        session = await session_of(request, db, event)
        item = await agenda.item(db, event, session, now)
    return calendar_file(request, event, [item], f"{session.slug}.ics")


async def progress(request: Request) -> Response:
    """Keep how far the viewer has watched a recording, and which stretches of it; JSON in, 204 out."""
    now = datetime.now(UTC)
    await request.app.state.limits.spend(request, "write")
    async with entering(request) as (db, event):
        session = await session_of(request, db, event)
        person = person_who(request, "event.attend", session_id=session.id)
        length = await watching.length_of(db, event, session, now)
    report = watching.read_report(await request.body())
    async with entering(request, writing=True) as (db, _):
        await watching.keep(db, person.id, session.id, report, length, now)
    return Response(status_code=204)
