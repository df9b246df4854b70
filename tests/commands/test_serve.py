"""The start of the web server: its settings, and its data directory, which it has to itself."""

import asyncio
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from server.__main__ import main
from server.commands import checkup
from server.commands.serve import web_config
from server.running.locks import FileLock, LockTaken
from server.settings import Settings, unknown_names
from tests.live.killable import Killable

NGINX_RESTS_S = 60
"""Seconds for which nginx keeps an idle connection to us (`keepalive_timeout` of its upstream module)."""


def test_nginx_closes_an_idle_connection_before_we_do() -> None:
    """Otherwise nginx would now and then send a request into a connection that we have just closed, and answer 502."""
    assert web_config(lambda: None, Settings()).timeout_keep_alive > NGINX_RESTS_S


@pytest.fixture
async def first(settings: Settings, tmp_path: Path) -> AsyncIterator[Killable]:
    server = Killable(settings, tmp_path)
    await server.start()
    yield server
    await server.end()


async def refused(settings: Settings, *words: str, **environment: str) -> str:
    """The one line of a start that is refused with exit code 2."""
    command = (sys.executable, "-m", "server", *words)
    more = {"PLENARY_DATA": str(settings.data), "DATABASE_URL": settings.database_url, "PLENARY_PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **more, **environment}, stdout=PIPE, stderr=PIPE
    )
    printed, said = await process.communicate()
    assert (process.returncode, printed) == (2, b""), (printed, said)
    [line] = said.decode().splitlines()
    return line


@pytest.mark.parametrize("command", ["serve", "demo"])
async def test_a_second_server_on_a_data_directory_is_told_of_the_first(
    first: Killable, settings: Settings, command: str
) -> None:
    line = await refused(settings, command)
    assert f"(process {first.pid}, port {first.port})" in line
    assert "PLENARY_DATA" in line


async def test_a_killed_server_leaves_the_data_directory_free(first: Killable) -> None:
    await first.end(signal.SIGKILL)
    await first.start()


async def test_workers_hold_the_data_directory_when_their_supervisor_is_gone(tmp_path: Path) -> None:
    """A worker is started as uvicorn starts it: by a new interpreter, which is handed the lock."""
    file, spawning = tmp_path / "serve.lock", multiprocessing.get_context("spawn")
    lock = FileLock.take(file, shared=False)
    ended = spawning.Event()
    worker = spawning.Process(target=wait_with, args=(lock, ended))
    worker.start()
    lock.release()
    with pytest.raises(LockTaken):
        FileLock.take(file, shared=True)
    ended.set()
    worker.join()
    FileLock.take(file, shared=False).release()


def wait_with(lock: FileLock, ended: Event) -> None:
    ended.wait()


def test_servers_that_hear_each_other_share_a_data_directory(tmp_path: Path) -> None:
    file = tmp_path / "serve.lock"
    first, second = FileLock.take(file, shared=True), FileLock.take(file, shared=True)
    first.tell("process 1, port 8000")
    with pytest.raises(LockTaken, match="process 1, port 8000"):
        FileLock.take(file, shared=False)
    first.release()
    second.release()


WRONG = {
    "another kind of database": ({"DATABASE_URL": "mysql://localhost/plenary"}, "DATABASE_URL: .*postgresql://"),
    "a database without a kind": ({"DATABASE_URL": "localhost/plenary"}, "DATABASE_URL: .*postgresql://"),
    "a Redis without a scheme": ({"REDIS_URL": "localhost:6379"}, "REDIS_URL: .*redis://"),
    "a store without a scheme": ({"PLENARY_STORE_URL": "bucket/prefix"}, "store_url: .*s3://bucket/prefix"),
    "a media process without a port": ({"PLENARY_MEDIA_LISTEN": "media"}, "media_listen: .*host:port"),
    "a media process without a host": ({"PLENARY_MEDIA_LISTEN": ":8300"}, "media_listen: .*host:port"),
    "a media process at port 0": ({"PLENARY_MEDIA_LISTEN": "127.0.0.1:0"}, "media_listen: .*host:port"),
    "a media address that is a name": ({"PLENARY_MEDIA_ADDRESS": "media.example.org"}, "media_address: .*203.0.113.7"),
    "a port that is none": ({"PLENARY_PORT": "eight"}, "port: "),
    "a public address without a scheme": ({"PLENARY_PUBLIC_URL": "conference.example.org"}, "public_url: .*https://"),
    "a public address without a host": ({"PLENARY_PUBLIC_URL": "https:///"}, "public_url: .*a host"),
    "a public address with a path": ({"PLENARY_PUBLIC_URL": "https://example.org/plenary"}, "public_url: .*a path"),
    "a public address with a query": ({"PLENARY_PUBLIC_URL": "https://example.org?a=1"}, "public_url: .*after \\?"),
    "a public address at no port": ({"PLENARY_PUBLIC_URL": "https://example.org:99999"}, "public_url: Port out"),
    "a public address with a password": ({"PLENARY_PUBLIC_URL": "https://a:b@example.org"}, "public_url: .*password"),
    "a proxy by its name": ({"PLENARY_PROXIES": "127.0.0.1,proxy"}, "proxies: 'proxy'.*10.1.0.0/16"),
    "a network with an address in it": ({"PLENARY_PROXIES": "10.1.0.5/16"}, "proxies: .*host bits"),
    "everybody and a proxy": ({"PLENARY_PROXIES": "*,10.0.0.5"}, "proxies: '\\*'"),
    "a mail server with a scheme": ({"PLENARY_MAIL_SERVER": "smtp://example.org"}, "mail_server: .*host:port"),
    "a mail server at no port": ({"PLENARY_MAIL_SERVER": "example.org:smtp"}, "mail_server: .*host:port"),
    "a mail user without a password": ({"PLENARY_MAIL_USER": "amara"}, "mail_password: PLENARY_MAIL_USER is set"),
    "a protection of mail that is none": ({"PLENARY_MAIL_TLS": "ssl"}, "mail_tls: .*'starttls', 'tls' or 'none'"),
    "a sender without an address": ({"PLENARY_MAIL_FROM": "Plenary"}, "mail_from: .*conference@example.org"),
    "a store of another kind": ({"PLENARY_STORE_URL": "ftp://bucket"}, "store_url: .*s3://bucket/prefix"),
    "a store without a bucket": ({"PLENARY_STORE_URL": "s3:///prefix"}, "store_url: .*s3://bucket/prefix"),
    "a store that browsers do not know": ({"PLENARY_STORE_URL": "s3://bucket"}, "store_public_url: .*browsers fetch"),
    "a store at no web address": ({"PLENARY_STORE_PUBLIC_URL": "s3://bucket"}, "store_public_url: .*https://"),
    "a TURN server by its name": ({"PLENARY_TURN_URLS": "turn.example.org"}, "turn_urls: .*turn:turn.example.org:3478"),
    "a TURN server as a web address": (
        {"PLENARY_TURN_URLS": "turn://turn.example.org", "PLENARY_TURN_SECRET": "shared"},
        "turn_urls: .*turn:turn.example.org:3478",
    ),
    "a TURN server at no port": ({"PLENARY_TURN_URLS": "turn:example.org:99999"}, "turn_urls: .*is no TURN server"),
    "a TURN server without a secret": (
        {"PLENARY_TURN_URLS": "turn:example.org:3478"},
        "turn_secret: .*PLENARY_TURN_URLS",
    ),
}
"""Settings that nothing can start with, and what is said about each: the sentence, and in it what to write instead."""


@pytest.mark.parametrize("command", ["migrate", "serve", "doctor"])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_setting_that_nothing_can_start_with_is_one_sentence(
    wrong: str, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment, said = WRONG[wrong]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main([command]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert re.search(said, line)


@contextmanager
def listening(*, takes: int) -> Iterator[int]:
    """The port of a server that takes so many connections, and says nothing on any of them."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if takes:
            silent.listen(takes)
        yield silent.getsockname()[1]


@pytest.mark.parametrize("command", ["serve", "migrate", "people"])
@pytest.mark.parametrize(("takes", "said"), [(0, "takes no connection: "), (8, "takes a connection and says nothing")])
async def test_a_database_that_does_not_answer_is_told_at_the_start_with_its_place_and_manner(
    command: str, takes: int, said: str, tmp_path: Path
) -> None:
    words = ("people", "import", "an-event", os.devnull) if command == "people" else (command,)
    with listening(takes=takes) as port:
        url = f"postgresql://plenary:a-password@127.0.0.1:{port}/plenary"
        line = await refused(Settings(data=tmp_path, database_url=url), *words)
    assert f"the database does not answer: PostgreSQL at 127.0.0.1:{port} {said}" in line
    assert "plenary doctor" in line and "a-password" not in line


@pytest.mark.parametrize("command", ["serve", "migrate", "demo"])
@pytest.mark.parametrize("place", ["file", "file/data"])
async def test_a_data_directory_that_cannot_be_made_is_told_at_the_start(
    command: str, place: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    line = await refused(Settings(data=tmp_path / place), command)
    assert f"{tmp_path / place} cannot be the data directory: " in line and "Set PLENARY_DATA" in line


@pytest.mark.parametrize(
    "right",
    [
        {"PLENARY_PUBLIC_URL": "https://conference.example.org:8443/"},
        {"PLENARY_PUBLIC_URL": "http://[::1]:8000"},
        {"PLENARY_PROXIES": "*"},
        {"PLENARY_PROXIES": ""},
        {"PLENARY_PROXIES": "10.0.0.5, 10.1.0.0/16,::1"},
        {"PLENARY_MEDIA_ADDRESS": "2001:db8::7"},
        {"PLENARY_MAIL_SERVER": "smtp-relay.example.org:2525"},
        {"PLENARY_STORE_URL": "s3://bucket/prefix", "PLENARY_STORE_PUBLIC_URL": "https://example.org/segments/stored"},
        {"PLENARY_TURN_URLS": "turn:a.example.org, turns:[::1]:443?transport=tcp", "PLENARY_TURN_SECRET": "shared"},
    ],
)
def test_a_setting_that_can_be_right_is_taken(right: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in right.items():
        monkeypatch.setenv(name, value)
    taken = Settings()
    assert {getattr(taken, name.removeprefix("PLENARY_").lower()) for name in right} == set(right.values())


def test_a_name_that_is_no_setting_is_told_with_the_one_that_is_meant() -> None:
    assert unknown_names({"PLENARY_PUBLIC_URI", "PLENARY_PORT", "PLENARYX", "HOME"}) == {
        "PLENARY_PUBLIC_URI": "PLENARY_PUBLIC_URL"
    }
    assert checkup.check_settings(Settings()).state == "good"


ASK_LIMIT = """
import resource
from server.running.descriptors import raise_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))
print(raise_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def test_the_limit_of_descriptors_is_raised_as_far_as_the_kernel_lets_us() -> None:
    answer = subprocess.run((sys.executable, "-c", ASK_LIMIT), capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["1024", "1024"]
