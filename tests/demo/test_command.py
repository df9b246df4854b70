"""The settings that `plenary demo` chooses by itself, and its output."""

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.commands import UsersError
from server.commands.demo import ProgressBar, choose, print_links
from server.settings import Settings


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without any setting."""
    for name in ("PLENARY_DATA", "PLENARY_PORT", "PLENARY_HOST"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("plain")
def test_the_demo_uses_the_data_directory_of_every_other_command() -> None:
    assert choose(Settings(), 0).data == Settings().data
    assert choose(Settings(data=Path("elsewhere")), 0).data == Path("elsewhere")


def test_a_port_that_nobody_asked_for_gives_way(taken_port: int) -> None:
    assert choose(Settings.model_construct(set(), port=taken_port), None).port == 0


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_at_once(taken_port: int) -> None:
    with pytest.raises(UsersError, match=str(taken_port)):
        choose(Settings(port=taken_port), None)
    with pytest.raises(UsersError, match=str(taken_port)):
        choose(Settings(), taken_port)


def test_a_line_is_printed_for_each_role(capsys: pytest.CaptureFixture[str]) -> None:
    print_links("http://127.0.0.1:8000", {"delegate": "a", "speaker": "b", "organiser": "c"})
    assert capsys.readouterr().out.splitlines() == [
        "delegate  http://127.0.0.1:8000/join/a",
        "speaker  http://127.0.0.1:8000/join/b",
        "organiser  http://127.0.0.1:8000/join/c",
    ]


def test_without_a_terminal_progress_is_a_line_for_each_tenth() -> None:
    stream = io.StringIO()
    progress = ProgressBar(stream)
    for percent in range(101):
        progress(percent / 100)
    assert len(stream.getvalue().splitlines()) == 11
