"""The occasions for mail: for each its key, which is used once, the place that its link opens and its calendar."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from server.mail.outbox import queue
from server.models import Event, JoinLink, Person, Registration, RetentionMove
from server.rules.standing import standing
from server.store import agenda, mails, people, registrations
from server.web.calendar import days_calendar

ON_REQUEST = ("already-registered", "fresh-link")
"""The kinds of mail that a stranger can have sent to somebody else, by typing that person's address."""
REPEATS = 5
"""The most mails on request that one person gets of one event within `REPEATS_WITHIN`."""
REPEATS_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class EventMail:
    """The mail of one event at one moment: each method puts a mail into the outbox, in the transaction of `db`."""

    db: AsyncSession
    event: Event
    base_url: str
    now: datetime

    async def places_given(
        self, placed: Collection[UUID], newcomer: Person | None = None, kind: str = "registered", lands_on: str = ""
    ) -> None:
        """Places were given to the people with these ids, who had waited for them, but for a `newcomer`.

        A newcomer's mail is of this `kind`, registered or imported, and its link opens `lands_on`; or it says that they
        wait, when they got no place. The days of an event to come go along as a calendar.
        """
        calendar = b""
        if placed and self.event.state != "closed":
            items = await agenda.agenda(self.db, self.event, self.now)
            calendar = days_calendar(self.event, items, self.base_url, self.now)
        for person in await people.with_ids(self.db, placed):
            if newcomer is not None and person.id == newcomer.id:
                await self._queue(person, kind, self._key(kind, person), calendar=calendar, lands_on=lands_on)
            else:
                await self._queue(person, "promoted", self._key("promoted", person), calendar=calendar)
        if newcomer is not None and newcomer.id not in placed:
            await self.waitlisted(newcomer)

    async def released(self, person: Person, registration: Registration) -> None:
        """A place was not claimed in time; the link, which opens the registration, asks for another one."""
        key = f"released:{registration.id}:{registration.created_at.isoformat()}"
        await self._queue(person, "released", key, lands_on=self._registration)

    async def waitlisted(self, person: Person) -> None:
        """Every place is taken; the link opens the registration, which tells the place in the queue."""
        key = self._key("waitlisted", person)
        await self._queue(person, "waitlisted", key, lands_on=self._registration)

    async def already_registered(self, person: Person, lands_on: str) -> None:
        """Somebody registered an address that has a registration; told by `_on_request`."""
        await self._on_request(person, "already-registered", lands_on)

    async def cancelled(self, person: Person, registration_id: UUID) -> None:
        """A registration is cancelled; the mail opens nothing."""
        await self._queue(person, "cancelled", f"cancelled:{registration_id}:{self.now.isoformat()}")

    async def fresh_link(self, person: Person, lands_on: str) -> None:
        """A person asked for their join link; sent by `_on_request`."""
        await self._on_request(person, "fresh-link", lands_on)

    async def link_replaced(self, person: Person, ended: JoinLink) -> None:
        """A join link went through too many hands and has ended; a fresh one opens the same place."""
        await self._queue(person, "forwarded-link", f"forwarded-link:{ended.id}", lands_on=ended.lands_on)

    async def speaker_invited(self, person: Person) -> None:
        """An organiser invites a speaker to their own page; sent at most once a minute."""
        key = self._minute_key("speaker", person)
        await self._queue(person, "speaker", key, lands_on=f"/{self.event.slug}/speaker")

    async def credentials_set(self, person: Person) -> None:
        """A password and an authenticator were set; without a link, so that a mail in strange hands opens nothing."""
        await self._queue(person, "credentials-set", self._key("credentials-set", person))

    async def retention_moved(self, person: Person, move: RetentionMove) -> None:
        """The retention day is later than the person was told; the link opens the privacy notice."""
        key, lands_on = f"retention-moved:{move.id}:{person.id}", f"/{self.event.slug}/privacy"
        context = {"base_url": self.base_url, "day": move.day_after, "why": move.reason}
        await queue(self.db, self.event, person, "retention-moved", key, context, lands_on=lands_on)

    async def _on_request(self, person: Person, kind: str, lands_on: str) -> None:
        """Queue a mail of one of the kinds `ON_REQUEST`, at most once a minute and `REPEATS` times an hour.

        The limit counts mails that went out, so a person whose mail is not repeated has that many links already.
        """
        since = self.now - REPEATS_WITHIN
        if await mails.number_since(self.db, self.event.id, person.id, ON_REQUEST, since) < REPEATS:
            await self._queue(person, kind, self._minute_key(kind, person), lands_on=lands_on)

    @property
    def _registration(self) -> str:
        return f"/{self.event.slug}/registration"

    def _key(self, kind: str, person: Person) -> str:
        return f"{kind}:{self.event.id}:{person.id}:{self.now.isoformat()}"

    def _minute_key(self, kind: str, person: Person) -> str:
        return f"{kind}:{self.event.id}:{person.id}:{self.now:%Y%m%d%H%M}"

    async def _queue(self, person: Person, kind: str, key: str, *, calendar: bytes = b"", lands_on: str = "") -> None:
        registration = await registrations.of_person(self.db, self.event.id, person.id)
        told = standing(registration, self.event) if registration else ""
        context = {"base_url": self.base_url, "standing": told}
        await queue(self.db, self.event, person, kind, key, context, calendar=calendar, lands_on=lands_on)
