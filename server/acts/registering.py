"""Registering, and everything that follows from it: the place, the answer to the survey before and the mail."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from server.acts.registration_form import DetailsForm, RegistrationForm
from server.mail.occasions import EventMail
from server.models import Event, Person, Question, Registration, Survey
from server.rules.openness import takes_registrations
from server.store import agenda, people, registrations, surveys
from server.surveys.published import BEFORE
from server.web.errors import Conflict

UNDERSTANDING = "understanding"
"""The question of the before survey that registration asks too."""


class RegistrationOffer(NamedTuple):
    """The state of registration for somebody who has none: open or not, places left or not, the question asked."""

    is_open: bool
    is_full: bool
    question: Question | None


async def offer(db: AsyncSession, event: Event, now: datetime) -> RegistrationOffer:
    """The state of registration at this moment."""
    asked = await _question_before(db, event, now)
    is_full = await registrations.is_full(db, event)
    return RegistrationOffer(takes_registrations(event, now), is_full, asked[1] if asked else None)


async def register(
    db: AsyncSession, event: Event, form: RegistrationForm, base_url: str, now: datetime, *, lands_on: str = ""
) -> Person:
    """Give this address a place, or a place in the queue; the person with the address.

    An address that is registered keeps its registration as it is, and is told so by mail. The link in the mail opens
    `lands_on`. Raises Conflict when the event takes no registrations.
    """
    must_be_open(event, now)
    person, is_new = await _add(db, event, form, now)
    if is_new:
        await admit(db, event, base_url, now, newcomer=person, lands_on=lands_on)
    else:
        await EventMail(db, event, base_url, now).already_registered(person, lands_on)
    return person


async def enrol(db: AsyncSession, event: Event, form: RegistrationForm, base_url: str, now: datetime) -> None:
    """Register somebody from an organiser's list. An address that is registered already gets no mail."""
    person, is_new = await _add(db, event, form, now)
    if is_new:
        await admit(db, event, base_url, now, newcomer=person, kind="imported")


async def _add(db: AsyncSession, event: Event, form: RegistrationForm, now: datetime) -> tuple[Person, bool]:
    """The person with the address of the form, at the end of the queue; False when they were registered before."""
    person = await people.find_or_add(db, form.email, form.name)
    if not await registrations.add(db, event, person, form.details(), form.source, now):
        return person, False
    if form.understanding is not None and (asked := await _question_before(db, event, now)):
        await surveys.answer(db, asked[0], person.id, {UNDERSTANDING: form.understanding}, now)
    return person, True


async def admit(
    db: AsyncSession,
    event: Event,
    base_url: str,
    now: datetime,
    *,
    newcomer: Person | None = None,
    kind: str = "registered",
    lands_on: str = "",
) -> None:
    """Give the places that are free to those who wait, and tell them by mail.

    Call it whenever a place may have become free: somebody registers, somebody cancels, the capacity is raised.
    A `newcomer` is told by a mail of this `kind`, whose link opens `lands_on`; or that they wait, if they got no place.
    """
    mail = EventMail(db, event, base_url, now)
    confirmed = await registrations.admit(db, event.id, now)
    is_to_come = bool(confirmed) and event.state != "closed"
    items = await agenda.agenda(db, event, now) if is_to_come else []
    admitted = await people.with_ids(db, confirmed)
    calendar = mail.calendar(items) if is_to_come else b""
    for person in admitted:
        if newcomer is not None and person.id == newcomer.id:
            await mail.confirmed(person, kind, calendar, lands_on)
        else:
            await mail.confirmed(person, "promoted", calendar)
    if newcomer is not None and newcomer.id not in confirmed:
        await mail.waitlisted(newcomer)


def must_be_open(event: Event, now: datetime) -> None:
    """Raises Conflict when the event takes no registrations."""
    if not takes_registrations(event, now):
        raise Conflict("Registration for this event is closed.")


async def change(db: AsyncSession, event: Event, registration: Registration, form: DetailsForm, now: datetime) -> None:
    """Keep what a person says of themselves now. Raises Conflict when the event takes no registrations."""
    must_be_open(event, now)
    await people.rename(db, registration.person_id, form.name)
    await registrations.change(db, registration.id, form.details())


async def give_back(
    db: AsyncSession, event: Event, registration: Registration, person: Person, base_url: str, now: datetime
) -> None:
    """Cancel a registration, tell its person and pass the place on; nothing when it was cancelled before."""
    if await registrations.cancel(db, registration, now):
        await EventMail(db, event, base_url, now).cancelled(person, registration.id)
        await admit(db, event, base_url, now)


async def _question_before(db: AsyncSession, event: Event, now: datetime) -> tuple[Survey, Question] | None:
    """The question of the before survey that registration asks, while that survey is open."""
    survey = await surveys.with_slug(db, event.id, BEFORE)
    if survey is None or not surveys.is_open(survey, now):
        return None
    found = [question for question in await surveys.questions_of(db, survey.id) if question.name == UNDERSTANDING]
    return (survey, found[0]) if found else None
