"""The checks of `plenary doctor`."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.commands import checkup, doctor
from server.commands.checkup import CHECKS
from server.models import Film
from server.settings import Settings
from server.store.engine.database import Database
from tests.databases import aside


def test_a_fresh_installation_is_told_to_make_its_database(tmp_path: Path) -> None:
    finding = checkup.check_database(Settings(data=tmp_path))
    assert finding.state == "bad"
    assert "plenary migrate" in finding.mend
    assert list(tmp_path.iterdir()) == []


async def test_a_database_with_the_newest_schema_is_well(settings: Settings) -> None:
    assert await asyncio.to_thread(checkup.check_database, settings) == (
        "good",
        f"{'PostgreSQL' if 'postgresql' in settings.database else 'SQLite'} answers and has the newest schema",
        "",
    )


async def test_a_film_that_is_not_in_the_data_directory_is_named(
    settings: Settings, database: Database, make: object
) -> None:
    event = await make.event()  # type: ignore[attr-defined]
    async with database.writing() as db:
        db.add(Film(event_id=event.id, title="Hearts", directory="hearts", duration=180.0))
    finding = await asyncio.to_thread(checkup.check_films, settings)
    assert finding.state == "bad"
    assert "1 of 1 are missing or broken: hearts" in finding.text


def test_a_data_directory_that_cannot_be_written_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert checkup.check_data(Settings(data=tmp_path / "file" / "data")).state == "bad"


def test_a_secret_that_others_can_read_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("0" * 64)
    (tmp_path / "secret").chmod(0o644)
    finding = checkup.check_data(Settings(data=tmp_path))
    assert finding.mend == f"chmod 600 {tmp_path / 'secret'}"


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_server_that_does_not_answer_is_wrong(closed_port: int) -> None:
    settings = Settings(
        redis_url=f"redis://127.0.0.1:{closed_port}/0", mail_server=f"127.0.0.1:{closed_port}", mail_tls="none"
    )
    assert checkup.check_redis(settings).state == "bad"
    assert checkup.check_mail(settings).state == "bad"


@pytest.mark.parametrize("kind", ["redis", "redis_cluster"])
def test_redis_that_carries_messages_is_well(kind: str, request: pytest.FixtureRequest) -> None:
    found = checkup.check_redis(Settings(redis_url=request.getfixturevalue(kind).url))
    assert (found.state, "cluster" in found.text) == ("good", kind == "redis_cluster")


@pytest.mark.parametrize(
    ("public_url", "state"),
    [
        ("https://conference.example.org", "good"),
        ("http://conference.example.org", "bad"),
        ("", "note"),
        ("http://127.0.0.1:8000", "note"),
    ],
)
def test_the_public_address_must_be_safe_to_sign_in_at(public_url: str, state: str) -> None:
    assert checkup.check_address(Settings(public_url=public_url)).state == state


def test_pages_find_their_files_here() -> None:
    assert checkup.check_browser_files(Settings()).state == "good"


async def test_each_check_prints_a_line_and_what_to_do_about_it(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    code = aside(doctor.run, None, settings.model_copy(update={"public_url": "http://conference.example.org"}))
    printed = capsys.readouterr().out
    assert code == 1
    assert all(name in printed for name in CHECKS)
    assert "→ Put a proxy with a certificate before Plenary" in printed
