"""The installation's secret and the data directory: closed to other users of the machine, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.settings import Settings
from server.trust.secret import load_secret


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
