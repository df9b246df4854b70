"""Each trouble of a database is told apart: by readiness, by the page, and in the log with its cause."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from starlette.applications import Starlette
from structlog.testing import capture_logs

from server.models import Person
from server.store.engine import sqlite
from server.store.engine.availability import OF_POSTGRESQL, OF_SQLITE, DatabaseGone, Trouble, trouble_of
from server.store.engine.database import Database
from server.store.engine.sqlite import identity_of
from server.web.errors import OF_TROUBLE
from tests.factory import Factory

pytestmark = pytest.mark.one_engine


@contextmanager
def somebody_writes(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def it_is_moved_away(file: Path) -> Iterator[None]:
    names = [file.name, f"{file.name}-wal", f"{file.name}-shm"]
    for name in names:
        file.with_name(name).rename(file.with_name(f"moved-{name}"))
    yield
    for name in names:
        file.with_name(f"moved-{name}").rename(file.with_name(name))


@contextmanager
def another_took_its_place(file: Path) -> Iterator[None]:
    """The pages of another application's database stand where ours did."""
    with it_is_moved_away(file):
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE bird (name TEXT)")
        yield


@contextmanager
def its_schema_is_from_the_future(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        [(now,)] = somebody.execute("SELECT version_num FROM alembic_version")
        somebody.execute("UPDATE alembic_version SET version_num = '9999'")
        yield
        somebody.execute("UPDATE alembic_version SET version_num = ?", (now,))


@contextmanager
def it_is_overwritten(file: Path) -> Iterator[None]:
    with it_is_moved_away(file):
        file.write_bytes(b"nothing of a database" * 1_000)
        yield


FAULTS: dict[str, tuple[Callable[[Path], AbstractContextManager[None]], Trouble]] = {
    "somebody else writes": (somebody_writes, Trouble.LOCKED),
    "it is moved away": (it_is_moved_away, Trouble.GONE),
    "another took its place": (another_took_its_place, Trouble.SCHEMA),
    "its schema is from the future": (its_schema_is_from_the_future, Trouble.SCHEMA),
    "it is overwritten": (it_is_overwritten, Trouble.BROKEN),
}
PAGES_GO_ON = {"its schema is from the future"}
"""Faults that stop no page, because the page asks for nothing that is missing."""


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits less long for the right to write."""
    monkeypatch.setattr("server.store.engine.database.BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr("server.running.readiness.WITHIN_S", 0.05)
    monkeypatch.setattr("server.running.readiness.HOLDS_S", 0.0)


@pytest.fixture
def file(database_url: str) -> Path:
    return Path(make_url(database_url).database or "")


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_named_to_operators_people_and_the_log_and_passes(
    fault: str, hurried: None, app: Starlette, client: httpx.AsyncClient, make: Factory, file: Path
) -> None:
    event = await make.event()
    person = await make.person()
    await make.registration(event, person)
    strike, trouble = FAULTS[fault]

    async def ask() -> httpx.Response:
        return await client.post(f"/{event.slug}/join-link", data={"email": person.email})

    assert (await ask()).status_code < 400
    with capture_logs() as lines, strike(file):
        ready, page = await client.get("/readyz"), await ask()
    told = {line["event"]: line["cause"] for line in lines if line.get("trouble") == trouble.value}
    assert (ready.status_code, ready.text) == (503, f"not ready: {trouble.value}\n")
    assert told.pop("not ready")
    if fault not in PAGES_GO_ON:
        title, sentence, seconds = OF_TROUBLE[trouble]
        assert (page.status_code, page.headers["retry-after"]) == (503, str(seconds))
        assert title in page.text and sentence in page.text
        assert told.pop("the database is away")
    assert told == {}
    assert (await client.get("/readyz")).text == "ready\n"
    assert (await ask()).status_code < 400


async def test_nothing_is_acknowledged_that_a_deleted_file_took(database: Database, file: Path) -> None:
    with pytest.raises(DatabaseGone):
        async with database.writing() as db:
            db.add(Person(name="Ben", email="ben@example.org"))
            await db.flush()
            shutil.rmtree(file.parent)
    with pytest.raises(OperationalError, match="unable to open"):
        await database.write(lambda db: db.execute(insert(Person), {"name": "Amina", "email": "amina@example.org"}))
    assert identity_of(str(file)) is None


async def test_a_disk_without_room_is_full(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, "max_page_count=1"))
    database = Database(f"sqlite+aiosqlite:///{file}")
    with pytest.raises(DBAPIError) as refused:
        async with database.writing() as db:
            db.add_all(Person(name="x" * 1_000, email=f"{n}@example.org") for n in range(100))
    assert trouble_of(refused.value) is Trouble.FULL
    await database.close()


@pytest.mark.parametrize("code", [*OF_SQLITE, sqlite3.SQLITE_READONLY_DBMOVED, sqlite3.SQLITE_BUSY_SNAPSHOT])
def test_each_code_of_sqlite_is_a_trouble_also_when_it_is_extended(code: int) -> None:
    error = sqlite3.OperationalError("said SQLite")
    error.sqlite_errorcode = code
    assert trouble_of(DBAPIError("", {}, error)) is OF_SQLITE[code & 0xFF]


@pytest.mark.parametrize("said", ["near 'FORM': syntax error", "no such function: nonsense"])
def test_a_mistake_of_ours_is_no_trouble_of_the_database(said: str) -> None:
    error = sqlite3.OperationalError(said)
    error.sqlite_errorcode = sqlite3.SQLITE_ERROR
    assert trouble_of(DBAPIError("", {}, error)) is None


@pytest.mark.parametrize("state", OF_POSTGRESQL)
def test_each_code_of_postgresql_is_a_trouble(state: str) -> None:
    class Said(Exception):
        sqlstate = state

    assert trouble_of(ProgrammingError("", {}, Said())) is OF_POSTGRESQL[state]


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_has_its_own_words(trouble: Trouble) -> None:
    title, sentence, seconds = OF_TROUBLE[trouble]
    assert [title for title, _, _ in OF_TROUBLE.values()].count(title) == 1
    assert sentence.endswith(".") and seconds > 0
