"""The demo event with a visitor of each kind, in which the tests of this folder go to every address."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.demo.furnishing import PackagedFilm
from server.demo.guests import address
from server.demo.laying import lay
from server.demo.script import read_script
from server.models import (
    Announcement,
    CaptionDraft,
    Chapter,
    Event,
    Film,
    FilmUpload,
    Mail,
    NetworkingTable,
    Person,
    Seat,
    Session,
    SignIn,
    Speaker,
    Stage,
    TableMessage,
    Track,
)
from server.rules.tokens import token_hash
from server.store import join_links, people
from tests.factory import Factory

SCRIPT = read_script()
VISITORS = ("stranger", "other delegate", "other organiser", "delegate", "speaker", "organiser")
"""The kinds of visitor; the two with "other" belong to another event."""
UNTOLD = frozenset({"signin.seen_at"})
"""Columns that reading a page may change."""
APART = frozenset({"security_log"})
"""Relations that tell of visits, also of those that were refused; `test_security_log.py` holds what they get."""


@dataclass(frozen=True)
class World:
    """The demo event. `params` holds a value for each part of an address by name, `cookies` those of each visitor."""

    make: Factory
    params: dict[str, str]
    cookies: dict[str, dict[str, str]]

    def fill(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields of a form, with values of this world filled in."""
        return {name: text.format(**self.params) for name, text in fields.items()}

    async def stored(self) -> dict[str, list[str]]:
        """All rows of the database by relation, to compare before with after."""
        held = {}
        async with self.make.database.reading() as db:
            connection = await db.connection()
            for relation in SQLModel.metadata.sorted_tables:
                if relation.name in APART:
                    continue
                columns = [f'"{c.name}"' for c in relation.columns if f"{relation.name}.{c.name}" not in UNTOLD]
                rows = await connection.execute(text(f'SELECT {", ".join(columns)} FROM "{relation.name}"'))
                held[relation.name] = sorted(repr(tuple(row)) for row in rows)
        return held


async def build(make: Factory) -> World:
    """The demo event while a session is live, and another event whose people have no rights in the demo."""
    films = [PackagedFilm(film.slug, film.title, film.slug, 180.0) for film in SCRIPT.films]
    event = await lay(make.database, SCRIPT, films, datetime.now(UTC))
    other = await make.event(slug="elsewhere")
    outsiders = {
        "other delegate": await make.delegate(other, "Ben"),
        "other organiser": await make.organiser(other, "Oscar"),
    }
    async with make.database.writing() as db:
        guests = {role: await people.with_address(db, address(role)) for role in ("delegate", "speaker", "organiser")}
        known = outsiders | {role: person for role, person in guests.items() if person}
        params = await _params(db, event, known["delegate"])
    cookies = {name: await make.cookie(person, strong="organiser" in name) for name, person in known.items()}
    return World(make, params, {"stranger": {}} | cookies)


async def _params(db: AsyncSession, event: Event, delegate: Person) -> dict[str, str]:
    """The value of an existing row for every part of an address. The delegate sits at a table, with a message there."""
    live = (await db.exec(select(Session).where(Session.event_id == event.id, Session.state == "live"))).first()
    played = select(Session).where(col(Session.film_id).is_not(None), Session.state == "ended")
    recorded = (await db.exec(played.where(Session.event_id == event.id))).first()
    assert live and recorded
    recorded.downloadable = True
    table = (await db.exec(select(NetworkingTable).where(NetworkingTable.event_id == event.id))).first()
    track = (await db.exec(select(Track).where(Track.event_id == event.id))).first()
    speaker = (await db.exec(select(Speaker).where(Speaker.event_id == event.id))).first()
    announcement = (await db.exec(select(Announcement).where(Announcement.event_id == event.id))).first()
    assert table and track and speaker and announcement
    taken = (await db.exec(select(col(Seat.number)).where(Seat.table_id == table.id))).all()
    free = min(set(range(1, table.seats + 1)) - set(taken))
    message = TableMessage(table_id=table.id, person_id=delegate.id, text="Good morning")
    device = SignIn(person_id=delegate.id, token_hash=token_hash(secrets.token_hex()), browser="Firefox")
    mail = Mail(
        event_id=event.id,
        person_id=delegate.id,
        idempotency_key=secrets.token_hex(8),
        kind="confirmation",
        recipient=delegate.email,
        subject="Your join link",
        text="Hello",
        state="kept",
    )
    stage = Stage(event_id=event.id, title="Main stage")
    upload = FilmUpload(event_id=event.id, title="Hearts", size=2_000_000)
    chapter = Chapter(session_id=live.id, title="Welcome")
    film = await db.get_one(Film, live.film_id)
    draft = CaptionDraft(session_id=live.id, directory=film.directory, text="WEBVTT\n")
    db.add_all(
        [
            chapter,
            draft,
            upload,
            stage,
            Seat(event_id=event.id, table_id=table.id, number=free, person_id=delegate.id),
            message,
            device,
            mail,
        ]
    )
    return {
        "event": event.slug,
        "first_day": event.starts_on.isoformat(),
        "last_day": event.ends_on.isoformat(),
        "retention_day": event.retention_day.isoformat(),
        "session": live.slug,
        "recorded": recorded.slug,
        "track": str(track.id),
        "speaker": str(speaker.id),
        "table": str(table.id),
        "number": str(free),
        "message": str(message.id),
        "stage": str(stage.id),
        "connection": secrets.token_hex(16),
        "survey": "after",
        "announcement": str(announcement.id),
        "mail": str(mail.id),
        "device": str(device.id),
        "sign_in": str(device.id),
        "token": await join_links.create(db, delegate, event),
        "media_key": live.media_key,
        "chapter": str(chapter.id),
        "upload": str(upload.id),
        "name": "index.m3u8",
        "path": "css/app.css",
        "format": "json",
        "segment": "v-0-0.m4s",
    }
