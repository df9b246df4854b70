"""Organising an event: it is made as a draft, and its details change as far as its sessions allow."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from server.acts import registering
from server.acts.event_form import EventForm
from server.models import Event, Person
from server.models.events import RECORDINGS_STAY
from server.rules.local_time import TwoReadings
from server.rules.wording import whole_date
from server.store import events, organisers

FEW = 3
"""The most session titles that one sentence names."""


async def create(db: AsyncSession, form: EventForm, organiser: Person) -> Event:
    """Make an event as a draft, with its organiser. The form has none of the `problems`."""
    event = await events.create(db, **form.columns())
    await organisers.grant(db, organiser.id, "organiser", "event", event.id)
    return event


async def change(db: AsyncSession, event: Event, form: EventForm, base_url: str, now: datetime) -> None:
    """Change an event's details; a larger capacity gives places to those who wait. The form has no `problems`."""
    await events.change(db, event, **form.columns())
    await registering.admit(db, event, base_url, now)


async def problems(db: AsyncSession, event: Event | None, form: EventForm, reserved: frozenset[str]) -> dict[str, str]:
    """The errors that only the database can find, a sentence by field; `event` is None for one to be made.

    An event may have none of the `reserved` slugs.
    """
    wrong = {}
    other = await events.with_slug(db, form.slug)
    if form.slug in reserved:
        wrong["slug"] = f"Plenary needs the address /{form.slug} itself. Please choose another one."
    elif other is not None and (event is None or other.id != event.id):
        wrong["slug"] = f"Another event has the address /{form.slug} already. Please choose another one."
    return wrong if event is None else wrong | await _problems_with_sessions(db, event, form)


async def _problems_with_sessions(db: AsyncSession, event: Event, form: EventForm) -> dict[str, str]:
    """The problems of new days or a new zone with the sessions that are planned."""
    wrong = {}
    until = form.recordings_close_on or form.ends_on + RECORDINGS_STAY
    if event.retention_on is not None and until >= event.retention_on:
        wrong["recordings_close_on"] = (
            f"People are told that their details go on {whole_date(event.retention_on)}, and recordings close before"
            " that. Move that day first, under Privacy."
        )
    outside = await events.sessions_outside(db, event, form.starts_on, form.ends_on)
    if outside:
        names = ", ".join(f"“{session.title}”" for session in outside[:FEW]) + (" and others" if outside[FEW:] else "")
        wrong["ends_on"] = f"These sessions would lie outside the event: {names}. Move them first."
    if form.zone != event.zone:
        if await events.has_begun(db, event.id):
            wrong["zone"] = "A session has started already, so the time zone stays."
        else:
            try:
                await events.check_zone(db, event.id, form.zone)
            except TwoReadings as two:
                wrong["zone"] = f"A session at {two.wall:%H:%M on %d %B} would not be clear there. Move it first."
    return wrong
