"""The installation's secret and the data directory: closed to other users of the machine, whatever the umask."""

import os
import secrets
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.commands import checkup
from server.settings import Settings
from server.store.engine.database import Database
from server.trust.secret import SecretRefused, load_secret
from tests.engines.process import free_port
from tests.factory import Factory


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A umask that keeps nothing from anybody."""
    earlier = os.umask(0)
    yield
    os.umask(earlier)


@pytest.mark.usefixtures("open_umask")
@pytest.mark.parametrize("is_there", [False, True])
def test_the_data_directory_and_the_secret_are_their_owners_alone(tmp_path: Path, *, is_there: bool) -> None:
    data = tmp_path / "data"
    if is_there:
        data.mkdir()
    load_secret(Settings(data=data))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (data, data / "secret")}
    assert modes == {"data": 0o700, "secret": 0o600}


@pytest.mark.parametrize(("written", "said"), [(b"", "is empty"), (b"\n", "is empty"), (b"short", "only 5 characters")])
def test_a_secret_that_protects_nothing_is_refused_with_what_to_do(tmp_path: Path, written: bytes, said: str) -> None:
    (tmp_path / "secret").write_bytes(written)
    with pytest.raises(SecretRefused, match=said) as refused:
        load_secret(Settings(data=tmp_path))
    assert "openssl rand -hex 32" in str(refused.value)


def test_a_setting_that_is_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretRefused, match=r"PLENARY_SECRET is only 3 characters long.*openssl"):
        load_secret(Settings(data=tmp_path, secret="abc"))


async def test_a_secret_that_is_missing_beside_a_database_with_people_is_not_made_anew(
    settings: Settings, make: Factory
) -> None:
    await make.person()
    (settings.data / "secret").unlink()
    with pytest.raises(SecretRefused, match=r"is missing.*backup"):
        load_secret(settings)
    assert "secret" not in {path.name for path in settings.data.glob("*")}


async def test_a_secret_is_made_beside_a_database_without_people(settings: Settings, database: Database) -> None:
    (settings.data / "secret").unlink()
    assert len(load_secret(settings)) == 64


def test_a_secret_is_made_beside_a_database_that_was_never_used(postgres_url: str, tmp_path: Path) -> None:
    assert len(load_secret(Settings(data=tmp_path, database_url=postgres_url))) == 64


def test_no_secret_is_made_while_postgresql_does_not_answer(tmp_path: Path) -> None:
    """The next start would find it, and take it for the one that the database was made with."""
    address = f"postgresql://postgres@127.0.0.1:{free_port()}/plenary"
    settings = Settings(data=tmp_path, database_url=address)
    with pytest.raises(SecretRefused, match=r"does not answer: .*which is missing: start PostgreSQL"):
        load_secret(settings)
    assert list(tmp_path.iterdir()) == []
    assert "which is missing: start PostgreSQL" in checkup.check_data(settings).mend


def test_starts_at_the_same_time_have_one_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them finds no secret, and makes one."""
    together, make = threading.Barrier(8), secrets.token_hex

    def made(size: int) -> str:
        if size == 32:
            together.wait()
        return make(size)

    monkeypatch.setattr(secrets, "token_hex", made)
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: load_secret(Settings(data=tmp_path)), range(8)))
    assert len(found) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"secret"}
