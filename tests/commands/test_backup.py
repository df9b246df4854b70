"""`plenary backup` and `plenary restore`: what comes back is what was there, or nothing is touched."""

import asyncio
import hashlib
import io
import json
import os
import signal
import sys
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from server.__main__ import main
from server.commands.migrate import upgrade
from server.commands.serve import only_server
from server.models import Person
from server.settings import Settings
from server.store.engine.database import Database
from tests.factory import Factory
from tests.waiting import until

Plenary = Callable[..., Awaitable[int]]
SEGMENT = Path("media/programmes/one/v-1.m4s")
FILM = Path("media/films") / ("a" * 120) / "film.json"


@pytest.fixture
async def here(tmp_path: Path) -> Settings:
    """An installation with its database in the data directory, as it is without settings."""
    settings = Settings(data=tmp_path / "here", database_url="", secret="")
    await asyncio.to_thread(upgrade, settings)
    for name, content in ((SEGMENT, os.urandom(70_000)), (FILM, b"{}"), (Path("media/films/.film.partial"), b"half")):
        path = settings.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return settings


@pytest.fixture
async def made(here: Settings) -> AsyncIterator[Factory]:
    database = Database(here.database)
    yield Factory(database, here)
    await database.close()


@pytest.fixture
def plenary(monkeypatch: pytest.MonkeyPatch) -> Plenary:
    """Run a command on a data directory, in a thread, because the command may have an event loop of its own."""
    for name in ("DATABASE_URL", "PLENARY_SECRET", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(data: Path, *words: object) -> Awaitable[int]:
        monkeypatch.setenv("PLENARY_DATA", str(data))
        return asyncio.to_thread(main, [str(word) for word in words])

    return run


@pytest.fixture
async def taken(here: Settings, made: Factory, plenary: Plenary, tmp_path: Path) -> Path:
    """A backup of one event with one delegate."""
    await made.delegate(await made.event(slug="conference"))
    assert await plenary(here.data, "backup", tmp_path / "taken.tar") == 0
    return tmp_path / "taken.tar"


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


async def test_a_backup_among_writes_gives_the_same_report_elsewhere(
    here: Settings, made: Factory, plenary: Plenary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    over, going_on = await made.event(slug="over", target=3), await made.event(slug="going-on")
    for n in range(5):
        await made.delegate(over, f"Delegate{n}")
    stored: list[str] = []

    async def go_on_registering() -> None:
        while True:
            person = await made.delegate(going_on, f"Late{len(stored)}")
            stored.append(person.name)

    registering = asyncio.create_task(go_on_registering())
    await until(lambda: len(stored) > 5)
    before = set(stored)
    assert await plenary(here.data, "backup", tmp_path / "a.tar") == 0
    after = len(stored)
    await until(lambda: len(stored) > after)
    registering.cancel()
    assert await plenary(tmp_path / "there", "restore", tmp_path / "a.tar") == 0

    capsys.readouterr()
    assert await plenary(here.data, "report", "over", "--json") == 0
    wanted = capsys.readouterr().out
    assert await plenary(tmp_path / "there", "report", "over", "--json") == 0
    assert capsys.readouterr().out == wanted
    assert json.loads(wanted)["registrations"]["value"] == 5
    database = Database(Settings(data=tmp_path / "there", database_url="").database)
    async with database.reading() as db:
        assert before <= {person.name for person in await db.exec(select(Person))}
        assert (await (await db.connection()).execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
    await database.close()
    for name in (SEGMENT, FILM, Path("secret")):
        assert (tmp_path / "there" / name).read_bytes() == (here.data / name).read_bytes()
    assert not (tmp_path / "there/media/films/.film.partial").exists()
    assert (tmp_path / "a.tar").stat().st_mode & 0o077 == 0
    assert (tmp_path / "there").stat().st_mode & 0o077 == 0


async def test_a_backup_never_replaces_a_file(
    here: Settings, plenary: Plenary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.tar").write_bytes(b"mine")
    assert await plenary(here.data, "backup", tmp_path / "a.tar") == 2
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "a.tar").read_bytes() == b"mine"
    assert names_in(tmp_path) == {"a.tar", "here"}


@pytest.mark.parametrize(
    ("data", "to", "said"), [("nowhere", "a.tar", "no database"), ("here", "missing/a.tar", "No such file")]
)
async def test_a_backup_that_cannot_be_taken_is_one_line(
    here: Settings, plenary: Plenary, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: str, to: str, said: str
) -> None:
    assert await plenary(tmp_path / data, "backup", tmp_path / to) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line
    assert names_in(tmp_path) == {"here"}


async def test_a_killed_backup_leaves_no_file_with_its_name(here: Settings, tmp_path: Path) -> None:
    with (here.data / "media" / "large").open("wb") as large:
        large.truncate(1_000_000_000)
    folder = tmp_path / "to"
    folder.mkdir()
    environment = {**os.environ, "PLENARY_DATA": str(here.data), "DATABASE_URL": "", "PLENARY_SECRET": ""}
    words = (sys.executable, "-m", "server", "backup", str(folder / "a.tar"))
    process = await asyncio.create_subprocess_exec(*words, env=environment)
    await until(lambda: any(path.stat().st_size > 1_000_000 for path in folder.glob(".a.tar.*/a.tar")))
    process.kill()
    assert await process.wait() == -signal.SIGKILL
    assert not (folder / "a.tar").exists()


@pytest.mark.parametrize("name", ["secret", "media/films/one", "plenary.sqlite3", "plenary.sqlite3-wal"])
async def test_a_backup_is_restored_only_where_nothing_is(
    taken: Path, plenary: Plenary, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    there = tmp_path / "there" / name
    there.parent.mkdir(parents=True)
    there.write_bytes(b"mine")
    assert await plenary(tmp_path / "there", "restore", taken) == 2
    assert "is there already" in capsys.readouterr().err
    assert there.read_bytes() == b"mine"
    assert names_in(tmp_path / "there") == {name.split("/")[0], "serve.lock"}


async def test_a_backup_is_not_restored_under_a_server(
    taken: Path, plenary: Plenary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_server(Settings(data=tmp_path / "there", database_url="", redis_url="redis://127.0.0.1")):
        assert await plenary(tmp_path / "there", "restore", taken) == 2
    assert f"(process {os.getpid()}" in capsys.readouterr().err
    assert names_in(tmp_path / "there") == {"serve.lock"}


async def test_what_a_killed_restore_left_is_removed_by_the_next(taken: Path, plenary: Plenary, tmp_path: Path) -> None:
    left = tmp_path / "there" / ".restoring" / "media"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half")
    assert await plenary(tmp_path / "there", "restore", taken) == 0
    assert names_in(tmp_path / "there") == {"serve.lock", "secret", "media", "plenary.sqlite3"}
    assert not (tmp_path / "there" / "media" / "half").exists()


Members = list[tuple[tarfile.TarInfo, bytes]]


def members_of(archive: Path) -> Members:
    with tarfile.open(archive) as tar:
        return [(member, file.read() if (file := tar.extractfile(member)) else b"") for member in tar]


def write(archive: Path, members: Members) -> None:
    """Write an archive anew, with checksums that fit unless they were left out."""
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {member.name}\n" for member, content in members[:-1])
    with tarfile.open(archive, "w") as tar:
        for member, content in members:
            told = sums.encode() if member.name == "SHA256SUMS" else content
            if member.isreg():
                member.size = len(told)
            tar.addfile(member, io.BytesIO(told))


def with_member(name: str, kind: bytes = tarfile.REGTYPE) -> Callable[[Path], None]:
    def add(archive: Path) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        members = members_of(archive)
        write(archive, [*members[:-1], (member, b"x"), members[-1]])

    return add


def with_content(name: str, content: bytes) -> Callable[[Path], None]:
    def replace(archive: Path) -> None:
        write(archive, [(member, content if member.name == name else was) for member, was in members_of(archive)])

    return replace


def flipped(archive: Path) -> None:
    whole = bytearray(archive.read_bytes())
    whole[whole.index(b"SQLite format 3") + 5_000] ^= 1
    archive.write_bytes(whole)


def cut(share: float) -> Callable[[Path], None]:
    return lambda archive: os.truncate(archive, int(archive.stat().st_size * share))


def of_the_future(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        database = archive.with_name("future.sqlite3")
        content = tar.extractfile("database.sqlite3")
        assert content is not None
        database.write_bytes(content.read().replace(revision(archive).encode(), b"9999"))
    with_content("database.sqlite3", database.read_bytes())(archive)
    database.unlink()


def revision(archive: Path) -> str:
    manifest = members_of(archive)[0][1]
    return str(json.loads(manifest)["schema_revision"])


WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "a bit flipped": (flipped, "checksums"),
    "cut in the middle": (cut(0.5), "is damaged"),
    "cut near the end": (cut(0.9), "is damaged"),
    "cut at once": (cut(0.0), "cannot be restored"),
    "without checksums": (lambda archive: write(archive, members_of(archive)[:-1]), "ends too early"),
    "a file more at the end": (
        lambda archive: write(archive, [*members_of(archive), members_of(archive)[1]]),
        "damaged",
    ),
    "a way out": (with_member("media/../../out"), "no place"),
    "an absolute path": (with_member("/tmp/out"), "no place"),
    "another name": (with_member("serve.lock"), "no place"),
    "a symbolic link": (with_member("media/link", tarfile.SYMTYPE), "no place"),
    "a hard link": (with_member("media/link", tarfile.LNKTYPE), "no place"),
    "a device": (with_member("media/device", tarfile.CHRTYPE), "no place"),
    "a name twice": (with_member("secret"), "twice"),
    "no database": (with_content("database.sqlite3", b"no database" * 100), "is damaged"),
    "no archive": (lambda archive: archive.write_text("no archive"), "cannot be restored"),
    "another format": (with_content("manifest.json", b'{"format": 2}'), "does not know"),
    "a later schema": (of_the_future, "schema 9999 of a later version"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_archive_is_one_line_and_restores_nothing(
    taken: Path, plenary: Plenary, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    spoil, said = WRONG[wrong]
    spoil(taken)
    assert await plenary(tmp_path / "there", "restore", taken) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line
    assert names_in(tmp_path / "there") <= {"serve.lock"}
    assert names_in(tmp_path) <= {"here", "there", "taken.tar"}


async def test_a_secret_that_is_set_stays_out_and_is_asked_for(
    here: Settings,
    plenary: Plenary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (here.data / "secret").unlink()
    monkeypatch.setenv("PLENARY_SECRET", "a secret of one's own")
    assert await plenary(here.data, "backup", tmp_path / "a.tar") == 0
    assert b"a secret of one's own" not in (tmp_path / "a.tar").read_bytes()
    for secret, advice in (("a secret of one's own", False), ("another secret, just as long", True), ("", True)):
        monkeypatch.setenv("PLENARY_SECRET", secret)
        capsys.readouterr()
        there = tmp_path / f"there{len(secret)}"
        assert await plenary(there, "restore", tmp_path / "a.tar") == 0
        assert ("another secret" in capsys.readouterr().out) == advice
        assert not (there / "secret").exists()


async def test_postgresql_is_told_of_its_own_tools(
    here: Settings,
    plenary: Plenary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1/plenary")
    for command in ("backup", "restore"):
        assert await plenary(here.data, command, tmp_path / "a.tar") == 2
        assert "pg_dump" in capsys.readouterr().err
