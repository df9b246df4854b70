"""An installation that is older than a change of the schema keeps everything that it holds."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col, select

from server.mail import outbox
from server.models import CaptionDraft, Event, FilmUpload, Job, Keeping, Mail, NameTag, Registration, Stage
from server.store import caption_drafts, keeping, migrations, stages, uploads
from server.store import downloads as files
from server.store.engine.database import Database
from server.store.migrations.fit import SchemaRefused
from tests import databases

VERSIONS = Path(migrations.__file__).parent / "versions"
LANDED = {
    "0001_first_schema.py": "638ff61100868e8edda4497bb3f5621cbe05893675538028035b6e86d4cc65b1",
    "0002_one_leased_job.py": "13556e8e6c8ee9d7232654bbd641501a2ba9500ecae040a731de7c0604fdd534",
    "0003_wanted_stages.py": "aea9efcaf5819f23706ec2ff9625099268a9c6425327a9fd628b906b1ad7e7aa",
    "0004_rights.py": "b26e0a8f963bf6a6f73daf36cab3d6ed57856866559760492757f80c5768d954",
    "0005_address_of_mail.py": "ad4ae5e59e936c89a9ca122196f8b959b95aee27b99e644a76c6b3d06e5a2db7",
    "0006_retention.py": "6cf48940c66b56a6682ceabe56aaba5fdddb98ea00c263154e25e53ceccb37eb",
    "0007_held_places.py": "1103d0e75324774a77aa77a718d4b34d46ce125110976ca708b57d2d89ae44ed",
    "0008_security_log.py": "1522e0c90010cf334527e65a6bd57254ac9657beb5f6e6877afc1955873b46fc",
    "0009_deaths_of_processes.py": "0ef44b38911def58c2efac6003c6d6f8753a571769af3390b21202c5495acc0a",
    "0010_name_tags.py": "46bb2a93ad65b20d4926efd3c52c3051e63512ea92864d0ecc0b63a591edefd6",
}
"""The SHA-256 of each migration: somebody's database was made by it, so it is never edited."""
THEN = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 9, 5, tzinfo=UTC)
LATEST = datetime(2026, 6, 1, 9, 10, tzinfo=UTC)
EVENT, STAGE = uuid.uuid4(), uuid.uuid4()
ENDED, CHECKED, LIVE = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
TABLE = uuid.uuid4()

REGISTERED = {
    "came in": "confirmed",
    "never came": "confirmed",
    "erased": "confirmed",
    "synthetic": "confirmed",
    "waits": "waitlisted",
}
"""The state of each registration under the first schema, by its source."""
PEOPLE = {name: uuid.uuid4() for name in REGISTERED}
LISTED = {"came in", "waits"}
"""The sources of registrations whose people consent to be shown by name."""


@pytest.fixture
def old_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the first schema."""
    if engine == "sqlite":
        yield databases.sqlite_database(tmp_path, "0001")
        return
    url = databases.postgres_database(request.getfixturevalue("postgres_url"), "0001")
    yield url
    databases.drop(url)


@pytest.fixture
async def upgraded(old_url: str) -> AsyncIterator[Database]:
    """A database that was filled under the first schema and then upgraded to the newest."""
    old = Database(old_url)
    await old.write(fill)
    await old.close()
    databases.aside(migrations.upgrade, old_url)
    database = Database(old_url)
    yield database
    await database.close()


def fill(db: Connection) -> None:
    """Insert rows of everything that the second revision moves."""
    metadata = MetaData()
    metadata.reflect(db)

    def add(relation: str, **columns: Any) -> None:
        table: Table = metadata.tables[relation]
        db.execute(table.insert().values(stored(db, columns)))

    event = {"slug": "mse", "kind": "event", "state": "open", "title": "MSE in Action", "summary": "", "about": ""}
    event |= {"hashtag": "", "zone": "Europe/London", "recordings_open": "at once", "sectors": [], "places": []}
    add("event", id=EVENT, starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 1), salt=b"", created_at=THEN, **event)
    for n, (session, state) in enumerate({ENDED: "ended", CHECKED: "ended", LIVE: "live"}.items()):
        about = {"slug": f"talk-{n}", "title": "Hearts", "abstract": "", "kind": "talk", "auto": True}
        about |= {"starts_local": "2026-06-01T10:00", "ends_local": "2026-06-01T10:05", "recording": "open"}
        about |= {"starts_at": THEN, "ends_at": LATER, "trim_start": 0.0, "downloadable": True, "media_key": f"key-{n}"}
        add("session", id=session, event_id=EVENT, state=state, ended_at=LATER if state == "ended" else None, **about)
        made = {"troubles": [], "stored_key": "", "stored": {}, "store_away": False, "seconds": 0, "offset_ms": 0}
        checked_at = LATER if session == CHECKED else None
        add("keeping", session_id=session, missing=[], faults=[], checked_at=checked_at, **made)
    about = {
        "title": "Hall",
        "position": 0,
        "state": "standby",
        "key_number": 1,
        "follows_voice": False,
        "low_latency": False,
    }
    add("stage", id=STAGE, event_id=EVENT, **about)
    about = {"publisher": "encoder", "name": "Encoder", "role": "encoder", "place": 3, "state": "here"}
    add("stage_source", id=uuid.uuid4(), stage_id=STAGE, is_on_air=False, changed_at=THEN, **about)
    for title, (state, problem) in {
        "Coming": ("uploading", ""),
        "Waiting": ("waiting", ""),
        "Half": ("packaging", ""),
        "Notes": ("refused", "This is no film."),
        "Film": ("ready", ""),
    }.items():
        about = {"title": title, "size": 10, "received": 5 if title == "Coming" else 10, "state": state}
        about |= {"percent": 40, "problem": problem, "created_at": THEN, "leased_until": LATER}
        add("film_upload", id=uuid.uuid4(), event_id=EVENT, **about)
    for session, state, key in (
        (ENDED, "ready", "key-0"),
        (CHECKED, "failed", "an old key"),
        (LIVE, "making", "key-2"),
    ):
        add("download", session_id=session, media_key=key, state=state, percent=40, asked_at=THEN, leased_until=LATER)
    for session, state in ((ENDED, "ready"), (CHECKED, "failed"), (LIVE, "waiting")):
        said = {"text": "WEBVTT" if state == "ready" else "", "why": "No model." if state == "failed" else ""}
        add("caption_draft", session_id=session, directory="hearts", state=state, percent=0, asked_at=THEN, **said)
    for name, state in REGISTERED.items():
        person = PEOPLE[name]
        about = {"name": name, "email": name, "synthetic": name == "synthetic", "created_at": THEN}
        if name != "erased":
            add("person", id=person, **about)
        if name == "came in":
            about = {"browser": "", "strong": False, "seen_at": LATER}
            for n, created_at in enumerate((LATER, THEN)):
                add("signin", id=uuid.uuid4(), person_id=person, token_hash=f"{n}", created_at=created_at, **about)
        needs = dict.fromkeys(("captions", "transcript", "interpreter", "calm"), False)
        said = dict.fromkeys(("organisation", "sector", "place", "job_role", "access_note"), "")
        about = {"state": state, "source": name, "created_at": THEN, "confirmed_at": THEN, "directory": name in LISTED}
        add("registration", id=uuid.uuid4(), event_id=EVENT, person_id=person, **about, **needs, **said)
    for kind, (state, leased_until) in {
        "new": ("queued", None),
        "again": ("queued", LATER),
        "leaving": ("sending", LATER),
        "gone": ("sent", None),
        "lost": ("failed", None),
    }.items():
        about = {"recipient": "amina@example.org", "subject": "Hello", "text": "Hello", "html": "", "calendar": ""}
        about |= {"lands_on": "", "tries": 2, "problem": "Come back.", "created_at": THEN, "sent_at": LATER}
        add("mail", id=uuid.uuid4(), idempotency_key=kind, kind=kind, state=state, leased_until=leased_until, **about)
    add("networking_table", id=TABLE, event_id=EVENT, title="Hearts", topic="", seats=6, state="open", position=0)
    add("table_stay", id=uuid.uuid4(), table_id=TABLE, person_id=PEOPLE["synthetic"], sat_at=THEN, left_at=LATER)
    add("table_stay", id=uuid.uuid4(), table_id=TABLE, person_id=PEOPLE["synthetic"], sat_at=LATER)
    add("table_message", id=uuid.uuid4(), table_id=TABLE, person_id=PEOPLE["waits"], text="Hello", sent_at=LATER)
    moments = {"taken_at": LATEST, "seen_at": LATEST}
    add("seat", id=uuid.uuid4(), event_id=EVENT, table_id=TABLE, number=1, person_id=PEOPLE["came in"], **moments)


def stored(db: Connection, columns: dict[str, Any]) -> dict[str, Any]:
    """Values for reflected columns. On SQLite these know neither UUIDs nor zones."""
    if db.dialect.name == "postgresql":
        return columns
    return {name: value.hex if isinstance(value, uuid.UUID) else plain(value) for name, value in columns.items()}


def plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


async def jobs(database: Database, kind: str) -> dict[uuid.UUID, Job]:
    """The jobs of a kind by their subjects."""
    async with database.reading() as db:
        return {job.subject_id: job for job in await db.exec(select(Job).where(Job.kind == kind))}


def test_a_migration_that_has_landed_is_never_edited() -> None:
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VERSIONS.glob("[0-9]*.py")}
    assert digests == LANDED


async def test_a_source_backstage_keeps_its_slot(upgraded: Database) -> None:
    async with upgraded.reading() as db:
        [source] = await stages.sources_of(db, STAGE)
        stage = await db.get_one(Stage, STAGE)
    assert (source.slot, stage.wanted_at) == (3, None)


async def test_uploads_go_on_where_they_were(upgraded: Database) -> None:
    found = await jobs(upgraded, uploads.KIND)
    async with upgraded.reading() as db:
        rows = (await db.exec(select(FilmUpload))).all()
    states = {row.title: (job.state, job.reason) if (job := found.get(row.id)) else None for row in rows}
    assert states == {
        "Coming": None,
        "Waiting": ("waiting", ""),
        "Half": ("waiting", ""),
        "Notes": ("failed", "This is no film."),
        "Film": ("finished", ""),
    }
    assert {job.event_id for job in found.values()} == {EVENT}
    assert {job.due_at for job in found.values()} == {THEN}


async def test_downloads_stay_those_of_their_version(upgraded: Database) -> None:
    found = await jobs(upgraded, files.KIND)
    assert {subject: (job.state, job.version) for subject, job in found.items()} == {
        ENDED: ("finished", "key-0"),
        CHECKED: ("failed", "an old key"),
        LIVE: ("waiting", "key-2"),
    }
    async with upgraded.reading() as db:
        assert sorted(await files.kept_keys(db)) == ["key-0", "key-2"]


async def test_a_draft_that_was_made_stays_and_the_others_are_jobs(upgraded: Database) -> None:
    found = await jobs(upgraded, caption_drafts.KIND)
    assert {subject: (job.state, job.reason) for subject, job in found.items()} == {
        ENDED: ("finished", ""),
        CHECKED: ("failed", "No model."),
        LIVE: ("waiting", ""),
    }
    async with upgraded.reading() as db:
        drafts = (await db.exec(select(CaptionDraft))).all()
        assert [(draft.session_id, draft.text) for draft in drafts] == [(ENDED, "WEBVTT")]
        assert await caption_drafts.drafting_of(db, ENDED, "hearts") is None


async def test_a_recording_that_was_not_checked_is_checked(upgraded: Database) -> None:
    assert {subject: job.state for subject, job in (await jobs(upgraded, keeping.CHECK)).items()} == {ENDED: "waiting"}
    async with upgraded.reading() as db:
        assert {row.session_id for row in await db.exec(select(Keeping))} == {ENDED, CHECKED, LIVE}


async def test_a_place_that_nobody_came_for_is_held_without_limit(upgraded: Database) -> None:
    async with upgraded.reading() as db:
        rows = {row.source: row for row in await db.exec(select(Registration))}
        event = await db.get_one(Event, EVENT)
    assert {name: row.state for name, row in rows.items()} == {**REGISTERED, "never came": "held"}
    assert {name: row.claimed_at for name, row in rows.items() if row.claimed_at} == {"came in": THEN}
    assert {row.held_until for row in rows.values()} == {None}
    assert (rows["never came"].confirmed_at, rows["came in"].confirmed_at, event.hold_hours) == (None, THEN, None)


async def test_mail_is_due_when_it_was_and_leaves_once(upgraded: Database) -> None:
    async with upgraded.reading() as db:
        mails = {mail.kind: mail for mail in await db.exec(select(Mail))}
    assert {kind: (mail.state, mail.due_at) for kind, mail in mails.items() if mail.state == "queued"} == {
        "new": ("queued", THEN),
        "again": ("queued", LATER),
    }
    assert {(mail.attempts, mail.reason) for mail in mails.values()} == {(2, "Come back.")}
    assert (mails["gone"].sent_at, mails["lost"].sent_at) == (LATER, None)
    async with upgraded.writing() as db:
        assert await outbox.BACKLOG.lapse(db, LATER) == 1
        uncertain = select(Mail.kind).where(col(Mail.state) == "uncertain")
        assert (await db.exec(uncertain)).one() == "leaving"
    with pytest.raises(IntegrityError):
        async with upgraded.writing() as db:
            text = {"recipient": "ben@example.org", "subject": "Hello", "text": "Hello"}
            db.add(Mail(idempotency_key="new", **text))


async def test_a_table_shows_the_names_of_people_who_consented_and_numbers_for_the_others(upgraded: Database) -> None:
    async with upgraded.reading() as db:
        tags = (await db.exec(select(NameTag).order_by(col(NameTag.number)))).all()
    assert [(tag.number, tag.person_id, tag.shows_name) for tag in tags] == [
        (1, PEOPLE["synthetic"], False),
        (2, PEOPLE["waits"], False),
        (3, PEOPLE["came in"], True),
    ]


def changed(url: str, *statements: str) -> None:
    """Run statements on a database, outside of any event loop."""

    async def run() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()

    databases.aside(asyncio.run, run())


STRANGE = {
    "the future": (("UPDATE alembic_version SET version_num = '9999'",), r"schema 9999 of a later version.*backup"),
    "an earlier edit": (
        ("ALTER TABLE stage DROP COLUMN title", "ALTER TABLE stage ADD COLUMN name VARCHAR"),
        r"before the first release.*stage.title is missing, stage.name is no more.*PLENARY_DATA",
    ),
    "something else": (("DROP TABLE alembic_version",), r"relations of something else.*PLENARY_DATA"),
}
"""Databases that no migration leads on from: the statements that make one, and what is said about it."""


@pytest.mark.parametrize("at", ["first", "newest"])
@pytest.mark.parametrize("strange", STRANGE)
def test_a_database_from_elsewhere_is_refused_in_one_sentence(
    at: str, strange: str, engine: str, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue("old_url")
    if at == "newest":
        databases.aside(migrations.upgrade, url)
    statements, said = STRANGE[strange]
    changed(url, *statements)
    with pytest.raises(SchemaRefused, match=said):
        databases.aside(migrations.upgrade, url)
