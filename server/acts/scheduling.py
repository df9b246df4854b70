"""Scheduling a session: it is put on the agenda, changed as far as its past allows, and taken off again."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from server.acts.session_form import SessionForm
from server.models import Event, Film, Session, Speaker, Stage, Track
from server.rules.session_hours import HoursGiven
from server.rules.slugs import slug_of
from server.store import agenda, planning, speakers, stages
from server.web.errors import Conflict
from server.web.forms import NOT_OFFERED


class Choices(NamedTuple):
    """The tracks, speakers, films and stages of an event, of which a session can have some."""

    tracks: Sequence[Track]
    speakers: Sequence[Speaker]
    films: Sequence[Film]
    stages: Sequence[Stage]


async def choices_of(db: AsyncSession, event: Event) -> Choices:
    return Choices(
        await agenda.tracks_of(db, event.id),
        await speakers.speakers_of(db, event.id),
        await planning.films_of(db, event.id),
        await stages.stages_of(db, event.id),
    )


async def create(db: AsyncSession, event: Event, form: SessionForm) -> Session:
    """Put a session on the agenda. The form has none of the `problems`."""
    columns = {**form.columns(), **form.hours_at(event).columns()}
    slug = form.slug or slug_of(form.title)
    return await planning.create_session(db, event, form.speakers, slug=slug, **columns)


async def change(db: AsyncSession, event: Event, session: Session, form: SessionForm) -> None:
    """Change a session's details. The form has none of the `problems`."""
    columns = {**form.columns(), **form.hours_at(event).columns(), "slug": form.slug or session.slug}
    await planning.change_session(db, session, form.speakers, **columns)


async def remove(db: AsyncSession, session: Session) -> None:
    """Take a session off the agenda for good. Raises Conflict while it is on, and once anybody has attended it."""
    if session.state in ("live", "paused"):
        raise Conflict("This session is on. End it first.")
    if await planning.has_facts(db, session.id):
        raise Conflict("People attended or reacted to this session, and the report counts them. It stays.")
    await planning.delete_session(db, session)


async def problems(
    db: AsyncSession, event: Event, session: Session | None, form: SessionForm, choices: Choices
) -> dict[str, str]:
    """The errors that only the event can find, a sentence by field; `session` is None for one to be made."""
    hours = form.hours_at(event)
    wrong = {**hours.errors, **_not_offered(form, choices)}
    if form.stage and form.film:
        wrong["stage"] = "A session plays a film or is broadcast from a stage, not both."
    if form.signed_film and not form.film:
        wrong["signed_film"] = "A film in sign language is shown beside a film. Please choose that too."
    if form.slug and await planning.slug_taken(db, event.id, form.slug, session.id if session else None):
        wrong["slug"] = "Another session has this address already. Please choose another one."
    return wrong if session is None else wrong | _settled(session, form, hours)


def _not_offered(form: SessionForm, choices: Choices) -> dict[str, str]:
    """An error for each choice that the event does not have (any more)."""
    films = {film.id for film in choices.films}
    offered: dict[str, tuple[Collection[UUID | None], set[UUID]]] = {
        "track": ([form.track], {track.id for track in choices.tracks}),
        "stage": ([form.stage], {stage.id for stage in choices.stages}),
        "speakers": (form.speakers, {speaker.id for speaker in choices.speakers}),
        "film": ([form.film], films),
        "signed_film": ([form.signed_film], films),
    }
    return {name: NOT_OFFERED for name, (chosen, known) in offered.items() if not set(chosen) <= known | {None}}


def _settled(session: Session, form: SessionForm, hours: HoursGiven) -> dict[str, str]:
    """The changes that come too late once a session has started: its hours are facts from then on."""
    if session.started_at is None or hours.errors or hours.starts is None or hours.ends is None:
        return {}
    wrong = {}
    if hours.starts.at != session.starts_at:
        wrong["starts"] = "This session has started, so its start stays as it was."
    if session.ended_at is not None and hours.ends.at != session.ends_at:
        wrong["ends"] = "This session has ended, so its end stays as it was."
    if form.film != session.film_id:
        wrong["film"] = "This session has started, so its film stays."
    return wrong
