"""Makers of events, people and other rows for tests, with defaults for every column."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.models import Event, GrantRow, NetworkingTable, Person, Registration, Session, Speaker, Stage, Track
from server.settings import Settings
from server.store import credentials
from server.store.engine.database import Database
from server.trust import one_time_codes, sign_in
from server.trust.secret import load_secret


def unique() -> str:
    return secrets.token_hex(4)


class Factory:
    """Makes rows, each in a transaction of its own; every keyword overrides a column."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings

    async def _add(self, row: Any) -> Any:
        async with self.database.writing() as db:
            db.add(row)
        return row

    async def event(self, **columns: Any) -> Event:
        today = datetime.now(UTC).date()
        defaults: dict[str, Any] = {
            "slug": f"event-{unique()}",
            "title": "MSE in Action",
            "state": "open",
            "starts_on": today,
            "ends_on": today + timedelta(days=1),
            "controller": "Mid and South Essex",
            "privacy_contact": "privacy@example.org",
            "salt": secrets.token_bytes(16),
            "sectors": ["NHS", "Local authority", "Voluntary sector", "Resident"],
            "places": ["Basildon", "Chelmsford", "Southend"],
        }
        return await self._add(Event(**{**defaults, **columns}))

    async def person(self, name: str = "Amina", **columns: Any) -> Person:
        """A person. Their `authenticator` is given in the clear, and stored as the application stores it."""
        defaults: dict[str, Any] = {"name": name, "email": f"{name.lower()}-{unique()}@example.org"}
        if authenticator := columns.pop("authenticator", None):
            columns["totp_secret"] = one_time_codes.sealed(load_secret(self.settings), authenticator)
        return await self._add(Person(**{**defaults, **columns}))

    async def grant(self, person: Person, role: str, scope: str, scope_id: uuid.UUID | None = None) -> GrantRow:
        return await self._add(GrantRow(person_id=person.id, role=role, scope=scope, scope_id=scope_id))

    async def organiser(self, event: Event, name: str = "Olive", **columns: Any) -> Person:
        person = await self.person(name, **columns)
        await self.grant(person, "organiser", "event", event.id)
        return person

    async def registration(self, event: Event, person: Person, **columns: Any) -> Registration:
        """A registration; its person does not consent to be shown to others by name, unless a test says so."""
        now = datetime.now(UTC)
        has_come_in = columns.get("state", "confirmed") == "confirmed"
        arrived: dict[str, Any] = {"claimed_at": now, "confirmed_at": now} if has_come_in else {}
        defaults = {"directory": False, **arrived}
        return await self._add(Registration(event_id=event.id, person_id=person.id, **{**defaults, **columns}))

    async def delegate(self, event: Event, name: str = "Amina", **columns: Any) -> Person:
        person = await self.person(name)
        await self.registration(event, person, **columns)
        return person

    async def track(self, event: Event, **columns: Any) -> Track:
        defaults: dict[str, Any] = {"slug": f"track-{unique()}", "title": "Healthy Hearts"}
        return await self._add(Track(event_id=event.id, **{**defaults, **columns}))

    async def speaker(self, event: Event, person: Person | None = None, **columns: Any) -> Speaker:
        defaults: dict[str, Any] = {"name": "Director of public health", "person_id": person.id if person else None}
        return await self._add(Speaker(event_id=event.id, **{**defaults, **columns}))

    async def session(
        self, event: Event, *, starts_at: datetime | None = None, minutes: int = 30, **columns: Any
    ) -> Session:
        """A scheduled session, which starts in fifteen minutes by default."""
        starts = (starts_at or datetime.now(UTC) + timedelta(minutes=15)).replace(second=0, microsecond=0)
        ends, zone = starts + timedelta(minutes=minutes), ZoneInfo(event.zone)
        defaults: dict[str, Any] = {
            "slug": f"session-{unique()}",
            "title": "Healthy Hearts",
            "starts_at": starts,
            "ends_at": ends,
            "starts_local": starts.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
            "ends_local": ends.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
            "media_key": secrets.token_hex(16),
        }
        return await self._add(Session(event_id=event.id, **{**defaults, **columns}))

    async def live_session(self, event: Event, **columns: Any) -> Session:
        """A session that began ten minutes ago."""
        began = datetime.now(UTC) - timedelta(minutes=10)
        return await self.session(event, **{"starts_at": began, "state": "live", "started_at": began, **columns})

    async def stage(self, event: Event, **columns: Any) -> Stage:
        return await self._add(Stage(event_id=event.id, **{"title": f"Stage {unique()}", **columns}))

    async def table(self, event: Event, speaker: Speaker | None = None, **columns: Any) -> NetworkingTable:
        defaults: dict[str, Any] = {"title": "Meet the speaker", "speaker_id": speaker.id if speaker else None}
        return await self._add(NetworkingTable(event_id=event.id, **{**defaults, **columns}))

    async def cookie(self, person: Person, *, strong: bool = False) -> dict[str, str]:
        """The cookie of a browser in which the person is signed in."""
        async with self.database.writing() as db:
            token = await credentials.begin_sign_in(db, person, browser="a test", strong=strong)
        return {sign_in.cookie_name(self.settings): token}
