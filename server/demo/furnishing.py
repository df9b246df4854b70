"""The demo's rows that last: event, tracks, speakers, films, stages, surveys, tables. Only missing rows are made."""

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.demo.agenda import Cast
from server.demo.script import Script
from server.demo.timetable import Timetable
from server.models import Event, Film, NetworkingTable, Session, Speaker, Survey, Track
from server.store import stages, surveys

SLUG = "demo"


class NotADemo(Exception):
    """Raised when the event at the demo's address is a real one, which the demo must not touch."""


@dataclass(frozen=True, slots=True)
class PackagedFilm:
    """A film on disk: its slug in the script, and its folder below `media/films`."""

    slug: str
    title: str
    directory: str
    duration_s: float


async def demo_event(db: AsyncSession) -> Event | None:
    """The demo event, or None. Raises NotADemo when a real event has its address."""
    event = (await db.exec(select(Event).where(Event.slug == SLUG))).first()
    if event is not None and event.kind != "demo":
        raise NotADemo(f"the event /{SLUG} is not a demo")
    return event


async def furnish_event(db: AsyncSession, script: Script, timetable: Timetable) -> Event:
    """Make the event if it is missing, and set it to the timetable's two days. Raises NotADemo."""
    event = await demo_event(db)
    if event is None:
        event = Event(
            slug=SLUG,
            kind="demo",
            state="open",
            salt=secrets.token_bytes(32),
            starts_on=timetable.first_day,
            ends_on=timetable.second_day,
            **script.event.model_dump(include={"title", "summary", "about", "hashtag", "zone", "target", "capacity"}),
            sectors=list(script.event.sectors),
            places=list(script.event.places),
        )
        db.add(event)
    event.starts_on, event.ends_on = timetable.first_day, timetable.second_day
    if not event.names_controller:
        event.controller, event.privacy_contact = script.event.controller, script.event.privacy_contact
    if event.anonymised_at:  # it was left alone until its retention day: its new days begin anew
        event.state, event.anonymised_at, event.anonymised = "open", None, {}
        event.salt = secrets.token_bytes(32)
    await db.flush()
    return event


async def furnish_cast(db: AsyncSession, event: Event, script: Script, films: Iterable[PackagedFilm]) -> Cast:
    """Make the tracks, speakers, films and stages that are missing, and return the ids of all."""
    return Cast(
        await _tracks(db, event, script),
        await _speakers(db, event, script),
        await _films(db, event, films),
        await _stages(db, event, script),
    )


async def furnish_surveys(db: AsyncSession, event: Event, script: Script) -> None:
    """Make the surveys before and after with the published questions, each with the script's introduction."""
    surveys_there = select(Survey).where(Survey.event_id == event.id)
    if (await db.exec(surveys_there)).first() is None:
        await surveys.add_published(db, event, script.event.subject)
        for survey in await db.exec(surveys_there):
            survey.introduction = script.event.introductions[survey.wave]


async def furnish_tables(db: AsyncSession, event: Event, script: Script, cast: Cast) -> None:
    """Make the networking tables that are missing, and link each to its session on the present agenda."""
    tables = {t.title: t for t in await db.exec(select(NetworkingTable).where(NetworkingTable.event_id == event.id))}
    sessions = dict((await db.exec(select(Session.slug, Session.id).where(Session.event_id == event.id))).all())
    for position, scripted in enumerate(script.tables):
        table = tables.get(scripted.title)
        if table is None:
            table = NetworkingTable(
                event_id=event.id,
                speaker_id=cast.speakers[scripted.host],
                title=scripted.title,
                topic=scripted.topic,
                seats=scripted.seats,
                position=position,
            )
            db.add(table)
        table.session_id = sessions.get(scripted.session)
    await db.flush()


async def _tracks(db: AsyncSession, event: Event, script: Script) -> dict[str, uuid.UUID]:
    tracks = {track.slug: track for track in await db.exec(select(Track).where(Track.event_id == event.id))}
    for position, scripted in enumerate(script.tracks):
        if scripted.slug not in tracks:
            tracks[scripted.slug] = Track(event_id=event.id, position=position, **scripted.model_dump())
            db.add(tracks[scripted.slug])
    await db.flush()
    return {slug: track.id for slug, track in tracks.items()}


async def _speakers(db: AsyncSession, event: Event, script: Script) -> dict[str, uuid.UUID]:
    """The ids of the speakers by slug. Rows of speakers have no slug, so existing ones are found by name."""
    speakers = {s.name: s for s in await db.exec(select(Speaker).where(Speaker.event_id == event.id))}
    for position, scripted in enumerate(script.speakers):
        if scripted.name not in speakers:
            row = Speaker(event_id=event.id, position=position, **scripted.model_dump(exclude={"slug"}))
            speakers[scripted.name] = row
            db.add(row)
    await db.flush()
    return {scripted.slug: speakers[scripted.name].id for scripted in script.speakers}


async def _films(db: AsyncSession, event: Event, films: Iterable[PackagedFilm]) -> dict[str, uuid.UUID]:
    rows = {film.directory: film for film in await db.exec(select(Film).where(Film.event_id == event.id))}
    for film in films:
        if film.directory not in rows:
            rows[film.directory] = Film(
                event_id=event.id, title=film.title, directory=film.directory, duration=film.duration_s
            )
            db.add(rows[film.directory])
        rows[film.directory].duration = film.duration_s
    await db.flush()
    return {film.slug: rows[film.directory].id for film in films}


async def _stages(db: AsyncSession, event: Event, script: Script) -> dict[str, uuid.UUID]:
    """The ids of the stages by title, because the script names stages only by their title."""
    rows = {stage.title: stage for stage in await stages.stages_of(db, event.id)}
    for title in dict.fromkeys(session.stage for session in script.sessions if session.stage):
        if title not in rows:
            rows[title] = await stages.create(db, event.id, title)
    await db.flush()
    return {title: stage.id for title, stage in rows.items()}
