"""Sheets of people's actions: registering, attending, watching on demand, sitting at tables."""

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

PERSON = Column("person", "The person's pseudonym, the same in every sheet but answers.")
SESSION = Column("session", "The session's slug; see the sheet sessions.")
WAVE = Column("wave", "live, or on demand.")


def sheets(told: Telling) -> Iterator[Sheet]:
    """The sheets `registrations`, `attendance`, `stays`, `watching` and `table_stays`."""
    yield registrations(told)
    yield attendance(told)
    yield stays(told)
    yield watching(told)
    yield table_stays(told)


def registrations(told: Telling) -> Sheet:
    """A row for each registration; its sector, place and source are shared by at least five people, or withheld."""
    columns = [
        PERSON,
        Column("state", "held, confirmed, waitlisted, released or cancelled."),
        Column("registered_at", "Day of registration."),
        Column("confirmed_at", "Day on which the place was confirmed, as its person had come in; empty: not yet."),
        Column("cancelled_at", "Day on which the place was given up; empty: it was not."),
        Column("sector", "The kind of organisation; withheld when fewer than five people would share it."),
        Column("place", "The district; withheld on the same condition."),
        Column("source", "The source from which the person heard of the event; withheld on the same condition."),
        Column("name", "Name; empty: erased.", identifying=True),
        Column("email", "Address; empty: erased.", identifying=True),
        Column("organisation", "Organisation.", identifying=True),
        Column("job_role", "Job role.", identifying=True),
        Column("captions", "Needs captions.", identifying=True),
        Column("transcript", "Needs a transcript.", identifying=True),
        Column("interpreter", "Needs the interpreter's window.", identifying=True),
        Column("calm", "Needs calm mode.", identifying=True),
        Column("access_note", "Any other need, in the person's words.", identifying=True),
        Column("directory", "Agrees to be found by other delegates.", identifying=True),
    ]
    rows = [
        (told.person(row.person), row.state, *map(told.day, row[2:5]), *attributes, *row[8:])
        for row, attributes in _with_attributes(told)
    ]
    return Sheet("registrations", "One row for each registration, in any state.", columns, sorted(rows, key=_first))


def _with_attributes(told: Telling) -> Iterator[tuple[RegistrationRecord, tuple[str, ...]]]:
    """Each registration with its sector, place and source, as far as they may be shown."""
    by_state: dict[str, list[RegistrationRecord]] = defaultdict(list)
    for row in told.records.registrations:
        by_state[row.state].append(row)
    for rows in by_state.values():
        attributes = [(row.sector, row.place, row.source) for row in rows]
        yield from zip(rows, attributes if told.identified else generalised(attributes), strict=True)


def attendance(told: Telling) -> Sheet:
    """A row for each person, session and wave: the union of the stays."""
    columns = [
        PERSON,
        SESSION,
        WAVE,
        Column("first_at", "Time at which the person was first there."),
        Column("last_at", "Time at which the person was last known to be there."),
        Column("minutes", "Minutes there: overlapping tabs count once; live, only between the actual start and end."),
    ]
    rows: list[Row] = []
    for wave in (LIVE, ON_DEMAND):
        spans = _spans(told, wave)
        for session_id, people in presence(told.records.facts, wave).items():
            for person, time in people.items():
                first_at, last_at = map(told.second, spans[session_id, person])
                minutes = round(time / timedelta(minutes=1), 2)
                rows.append((told.person(person), told.session(session_id), wave, first_at, last_at, minutes))
    about = "One row for each person, session and wave, as the attendance figures count them."
    return Sheet("attendance", about, columns, sorted(rows, key=str))


def _spans(told: Telling, wave: str) -> dict[tuple[UUID, UUID], tuple[datetime, datetime]]:
    """The first and last time at which each person was in each session, by session and person."""
    found: dict[tuple[UUID, UUID], tuple[datetime, datetime]] = {}
    for stay in told.records.facts.stays:
        if stay.wave == wave:
            first_at, last_at = found.get((stay.session, stay.person), (stay.started_at, stay.seen_at))
            found[stay.session, stay.person] = min(first_at, stay.started_at), max(last_at, stay.seen_at)
    return found


def stays(told: Telling) -> Sheet:
    """The raw rows behind the sheet `attendance`."""
    columns = [
        PERSON,
        SESSION,
        WAVE,
        Column("started_at", "Time at which the stay began."),
        Column("seen_at", "Time at which the stay was last extended."),
    ]
    rows = [
        (
            told.person(row.person),
            told.session(row.session),
            row.wave,
            told.second(row.started_at),
            told.second(row.seen_at),
        )
        for row in told.records.facts.stays
    ]
    return Sheet("stays", "One row for each stay, on each tab or device.", columns, sorted(rows, key=str))


def watching(told: Telling) -> Sheet:
    """The stretches of recordings that were played."""
    columns = [
        PERSON,
        SESSION,
        Column("begins", "Start of the stretch, in seconds from the recording's start."),
        Column("ends", "End of the stretch, in seconds from the recording's start."),
        Column("speed", "Playback speed: seconds of the recording in one second."),
    ]
    rows = [
        (told.person(row.person), told.session(row.session), round(row.begins_s, 2), round(row.ends_s, 2), row.speed)
        for row in told.records.facts.watches
    ]
    return Sheet("watching", "One row for each stretch of a recording that was played.", columns, sorted(rows, key=str))


def table_stays(told: Telling) -> Sheet:
    """The stays at networking tables."""
    titles = {table.id: table.title for table in told.records.tables}
    columns = [
        PERSON,
        Column("table", "The table's title; see the sheet tables."),
        Column("sat_at", "Time at which the person sat down."),
        Column("left_at", "Time at which the person left; empty: still there."),
    ]
    rows = [
        (told.person(row.person), titles[row.table], told.second(row.sat_at), told.second(row.left_at))
        for row in told.records.table_stays
    ]
    return Sheet("table_stays", "One row for each time a seat was taken.", columns, sorted(rows, key=str))


def _first(row: Row) -> str:
    return str(row[0])
