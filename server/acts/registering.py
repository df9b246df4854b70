"""Registering, and everything that follows from it: the place, the answer to the survey before and the mail."""

from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from server.acts.registration_form import DetailsForm, RegistrationForm
from server.mail.occasions import EventMail
from server.models import Event, Person, Registration
from server.store import people, registrations, surveys
from server.store.registrations import RegistrationOffer
from server.web.forms import FormState, check

Fate = Literal["placed", "waiting", "known"]
"""The outcome of a line of an organiser's list: a place, a place in the queue, or a registration that stood already."""


class AskedAgain(NamedTuple):
    """A form that registered nobody: its mistakes, and the offer of registration."""

    form: FormState[RegistrationForm]
    offer: RegistrationOffer


async def register(
    db: AsyncSession,
    event: Event,
    sent: dict[str, Any],
    base_url: str,
    now: datetime,
    *,
    signed_in: Person | None = None,
) -> Person | AskedAgain:
    """Give the address in a form a place, or a place in the queue; the person with the address.

    An address that is registered keeps its registration as it is, and is told so by mail. The link in the mail opens
    the path in the event that the form names. The place of the person who is `signed_in` there is confirmed, any
    other is held.
    """
    form = check(RegistrationForm, sent, event)
    if form.input is None:
        return AskedAgain(form, await registrations.offer(db, event, now))
    given, mail = form.input, EventMail(db, event, base_url, now)
    person = await people.find_or_add(db, given.email, given.name)
    is_here = signed_in is not None and signed_in.id == person.id
    if await registrations.add(db, event, person, given.details(), given.source, now, is_here=is_here):
        await surveys.answer_before(db, event.id, person.id, given.understanding, now)
        await mail.places_given(await registrations.admit(db, event.id, now), person, lands_on=given.then)
    else:
        await mail.already_registered(person, given.then)
    return person


async def enrol(db: AsyncSession, event: Event, form: RegistrationForm, base_url: str, now: datetime) -> Fate:
    """Register somebody from an organiser's list. An address that is registered already gets no mail."""
    mail = EventMail(db, event, base_url, now)
    person = await people.find_or_add(db, form.email, form.name)
    if not await registrations.add(db, event, person, form.details(), form.source, now, enrolled=True):
        return "known"
    placed = await registrations.admit(db, event.id, now)
    await mail.places_given(placed, person, "imported")
    return "placed" if person.id in placed else "waiting"


async def admit(db: AsyncSession, event: Event, base_url: str, now: datetime) -> None:
    """Give the places that are free to those who wait, and tell them by mail.

    Call it whenever a place may have become free: somebody cancels, the capacity is raised.
    """
    mail = EventMail(db, event, base_url, now)
    await mail.places_given(await registrations.admit(db, event.id, now))


async def change(db: AsyncSession, registration: Registration, form: DetailsForm, now: datetime) -> None:
    """Keep the name and the details that a person gives of themselves now. A place that is held is confirmed."""
    await people.rename(db, registration.person_id, form.name)
    await registrations.change(db, registration.id, form.details())
    await registrations.claim(db, registration.event_id, registration.person_id, now)


async def give_back(
    db: AsyncSession, event: Event, registration: Registration, person: Person, base_url: str, now: datetime
) -> None:
    """Cancel a registration, tell its person and pass the place on; nothing when it was cancelled before."""
    if await registrations.cancel(db, registration, now):
        await EventMail(db, event, base_url, now).cancelled(person, registration.id)
        await admit(db, event, base_url, now)
