"""Coming in by a join link: looking at it, using it, replacing one that was passed on, and sending a fresh one."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from server.acts import holding
from server.mail.occasions import EventMail
from server.models import Event, JoinLink, Person, Registration
from server.rules.permissions import allows
from server.rules.standing import awaits_person
from server.store import credentials, join_links, people, registrations
from server.trust.sign_in import Viewer, viewer_with


class FoundLink(NamedTuple):
    """A join link that works, the person whom it signs in, its event if it has one, and their registration there."""

    person: Person
    event: Event | None
    registration: Registration | None
    goes_on_to: str
    """The path that it opens, when this browser needs no sign-in for it; else empty."""


class CameIn(NamedTuple):
    """The path that a join link opens, and the token of the new sign-in; empty when this browser was in already."""

    path: str
    token: str


async def look_at(db: AsyncSession, token: str, viewer: Viewer, now: datetime) -> FoundLink:
    """The join link with this token; looking does not use it. Raises LinkUnknown, LinkEnded or LinkExpired."""
    link, person, event = await join_links.find(db, token, now)
    registration = await registrations.of_person(db, event.id, person.id) if event else None
    goes_on = _is_in(viewer, link) and not (registration and awaits_person(registration))
    path = await _landing(db, link, event, viewer) if goes_on else ""
    return FoundLink(person, event, registration, path)


async def come_in(db: AsyncSession, token: str, viewer: Viewer, browser: str, base_url: str, now: datetime) -> CameIn:
    """Sign a browser in; the sign-in that it had until now ends. A place that is held for the person is confirmed.

    `viewer` is the person who was signed in there, if any; `browser` is the browser's User-Agent header. Raises
    LinkRefused.
    """
    link, person, event = await join_links.find(db, token, now)
    made = "" if _is_in(viewer, link) else await join_links.use(db, link, person, browser)
    if event is not None:
        await holding.claim(db, event, person, base_url, now)
    if not made:
        return CameIn(await _landing(db, link, event, viewer), "")
    if viewer.sign_in:
        await credentials.end_sign_in(db, viewer.sign_in.person_id, viewer.sign_in.id, now)
    return CameIn(await _landing(db, link, event, await viewer_with(db, made)), made)


async def replace(db: AsyncSession, link: JoinLink, base_url: str, now: datetime) -> tuple[Event | None, bool]:
    """End a link that went through too many hands, and mail its owner a fresh one; its event, and False for no mail.

    A strong link, which the command line made, stays as it is: no mail may replace it.
    """
    event = await db.get(Event, link.event_id) if link.event_id else None
    if event is None or link.strong:
        return event, False
    if await join_links.end(db, link.id, now):
        person = await db.get_one(Person, link.person_id)
        await EventMail(db, event, base_url, now).link_replaced(person, link)
    return event, True


async def send_fresh(
    db: AsyncSession, event: Event, email: str, base_url: str, now: datetime, *, lands_on: str
) -> None:
    """Mail a fresh link to an address, if its person belongs to the event; the link opens `lands_on`."""
    person = await people.with_address(db, email)
    if person is not None and await people.belongs_to(db, person.id, event.id):
        await EventMail(db, event, base_url, now).fresh_link(person, lands_on)


async def _landing(db: AsyncSession, link: JoinLink, event: Event | None, viewer: Viewer) -> str:
    """The path that a link opens: its own, else the place that fits the person's role or registration."""
    if link.lands_on:
        return link.lands_on
    if event is None:
        return "/"
    if allows(viewer.grants, "console.open", event_id=event.id):
        return f"/{event.slug}/console"
    if allows(viewer.grants, "speaker.open", event_id=event.id):
        return f"/{event.slug}/speaker"
    registration = await registrations.of_person(db, event.id, link.person_id)
    if registration is None or registration.state == "cancelled":
        return f"/{event.slug}"
    return f"/{event.slug}/{'lobby' if registration.state == 'confirmed' else 'registration'}"


def _is_in(viewer: Viewer, link: JoinLink) -> bool:
    """True when the browser has the sign-in that the link would give it."""
    if viewer.person is None or viewer.sign_in is None or viewer.person.id != link.person_id:
        return False
    return viewer.sign_in.strong or not link.strong
