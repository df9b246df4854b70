"""Sheets of what people did: registering, being there, sitting at tables."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from server.analytics.anonymity import generalised
from server.analytics.attendance import presence
from server.analytics.export.records import RegistrationRecord
from server.analytics.export.sheets import Column, Row, Sheet
from server.analytics.export.telling import Telling
from server.analytics.facts import LIVE, ON_DEMAND

PERSON = Column("person", "The person's pseudonym: the same in all sheets about what people did.")
SESSION = Column("session", "The session's slug; see the sheet sessions.")
WAVE = Column("wave", "live, or on demand.")


def sheets(told: Telling) -> Iterator[Sheet]:
    """Registrations, attendance, stays, what was watched later, stays at tables."""
    yield registrations(told)
    yield attendance(told)
    yield stays(told)
    yield watching(told)
    yield table_stays(told)


def registrations(told: Telling) -> Sheet:
    """One row a registration; what it tells of sector, place and source is shared by five people or withheld."""
    columns = [
        PERSON,
        Column("state", "pending, confirmed, waitlisted or cancelled."),
        Column("registered_at", "When they registered."),
        Column("confirmed_at", "When they were given a place; empty: not yet."),
        Column("cancelled_at", "When the place was given up; empty: it was not."),
        Column("sector", "The kind of organisation; withheld where fewer than five people would share it."),
        Column("place", "The district; withheld likewise."),
        Column("source", "Where they heard of the event; withheld likewise."),
        Column("name", "Name; empty: erased.", identifying=True),
        Column("email", "Address; empty: erased.", identifying=True),
        Column("organisation", "Organisation.", identifying=True),
        Column("job_role", "Job role.", identifying=True),
        Column("captions", "Needs captions.", identifying=True),
        Column("transcript", "Needs a transcript.", identifying=True),
        Column("interpreter", "Needs the interpreter's window.", identifying=True),
        Column("calm", "Needs calm mode.", identifying=True),
        Column("access_note", "What else they need, in their words.", identifying=True),
        Column("directory", "Agrees to be found by other delegates.", identifying=True),
    ]
    rows = [
        (told.person(row.person), row.state, *map(told.at, row[2:5]), *attributes, *row[8:])
        for row, attributes in _with_attributes(told)
    ]
    return Sheet("registrations", "One row for each registration, in any state.", columns, sorted(rows, key=_first))


def _with_attributes(told: Telling) -> Iterator[tuple[RegistrationRecord, tuple[str, ...]]]:
    """Each registration with its sector, place and source, as far as they may be told."""
    by_state: dict[str, list[RegistrationRecord]] = defaultdict(list)
    for row in told.records.registrations:
        by_state[row.state].append(row)
    for rows in by_state.values():
        attributes = [(row.sector, row.place, row.source) for row in rows]
        yield from zip(rows, attributes if told.identified else generalised(attributes), strict=True)


def attendance(told: Telling) -> Sheet:
    """One row a person and session: the union of their stays."""
    columns = [
        PERSON,
        SESSION,
        WAVE,
        Column("first_at", "When they were first there."),
        Column("last_at", "When they were last known to be there."),
        Column("minutes", "Minutes there: overlapping tabs count once; live, only between the actual start and end."),
    ]
    rows: list[Row] = []
    for wave in (LIVE, ON_DEMAND):
        spans = _spans(told, wave)
        for session_id, people in presence(told.records.facts, wave).items():
            for person, time in people.items():
                first, last = spans[session_id, person]
                minutes = round(time / timedelta(minutes=1), 2)
                row = (told.person(person), told.session(session_id), wave, told.at(first), told.at(last), minutes)
                rows.append(row)
    about = "One row for each person, session and wave; what the attendance figures count."
    return Sheet("attendance", about, columns, sorted(rows, key=str))


def _spans(told: Telling, wave: str) -> dict[tuple[UUID, UUID], tuple[datetime, datetime]]:
    """When each person was first and last in each session."""
    found: dict[tuple[UUID, UUID], tuple[datetime, datetime]] = {}
    for stay in told.records.facts.stays:
        if stay.wave == wave:
            first, last = found.get((stay.session, stay.person), (stay.started_at, stay.seen_at))
            found[stay.session, stay.person] = min(first, stay.started_at), max(last, stay.seen_at)
    return found


def stays(told: Telling) -> Sheet:
    """The raw rows of attendance."""
    columns = [
        PERSON,
        SESSION,
        WAVE,
        Column("started_at", "When the stay began."),
        Column("seen_at", "When it was last extended."),
    ]
    rows = [
        (told.person(row.person), told.session(row.session), row.wave, told.at(row.started_at), told.at(row.seen_at))
        for row in told.records.facts.stays
    ]
    return Sheet("stays", "One row for each stay, on each tab or device.", columns, sorted(rows, key=str))


def watching(told: Telling) -> Sheet:
    """What was seen of recordings."""
    columns = [
        PERSON,
        SESSION,
        Column("begins", "Seconds from the recording's start at which a stretch begins."),
        Column("ends", "Seconds from the recording's start at which it ends."),
        Column("speed", "Seconds of the recording in one second."),
    ]
    rows = [
        (told.person(row.person), told.session(row.session), round(row.begins, 2), round(row.ends, 2), row.speed)
        for row in told.records.facts.watches
    ]
    return Sheet("watching", "One row for each stretch of a recording that was played.", columns, sorted(rows, key=str))


def table_stays(told: Telling) -> Sheet:
    """Who sat where."""
    titles = {table.id: table.title for table in told.records.tables}
    columns = [
        PERSON,
        Column("table", "The table's title; see the sheet tables."),
        Column("sat_at", "When they sat down."),
        Column("left_at", "When they left; empty: they sit there."),
    ]
    rows = [
        (told.person(row.person), titles[row.table], told.at(row.sat_at), told.at(row.left_at))
        for row in told.records.table_stays
    ]
    return Sheet("table_stays", "One row for each time a seat was taken.", columns, sorted(rows, key=str))


def _first(row: Row) -> str:
    return str(row[0])
