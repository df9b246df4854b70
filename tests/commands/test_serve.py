"""The start of the web server: its settings, and its data directory, which it has to itself."""

import asyncio
import multiprocessing
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from server.commands.serve import web_config
from server.running.locks import FileLock, LockTaken
from server.settings import Settings
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
