"""`plenary serve`: bring the database to the newest schema, then serve until a signal ends it."""

import os
import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import uvicorn
from starlette.applications import Starlette

from server.app import create_app
from server.commands import UsersError
from server.commands.migrate import upgrade
from server.live.fanout import FanoutProtocol
from server.media import process as media_process
from server.running import descriptors, garbage
from server.running.bounded_http import BoundedProtocol
from server.running.duties import Duty
from server.running.locks import FileLock, LockTaken
from server.running.logs import configure_logs
from server.running.workers import OPENS_WITHIN_S, end_with_supervisor, supervise
from server.settings import Settings

LOCK_NAME = "serve.lock"
DRAIN_S = 20
"""Seconds that requests under way have to finish after a signal to stop: longer than a page takes."""
MAX_FRAME_BYTES = 16_384
KEEP_ALIVE_S = 65
"""Seconds that a connection may be idle between two requests.

Longer than nginx keeps an idle connection to us (60 s), or nginx would send a request into one that we have closed. It
is also longer than most people stay on a page.
"""
PING_EVERY_S = 20.0
"""Seconds between two pings of a WebSocket. In a large room, pongs are a large part of the incoming frames."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--host", help="the address to listen on (PLENARY_HOST)")
    parser.add_argument("--port", type=int, help="the port to listen on, 0 for a free one (PLENARY_PORT)")
    parser.add_argument(
        "--workers", type=at_least_one, default=1, help="the number of web processes (more than one need REDIS_URL)"
    )


def at_least_one(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def run(arguments: Namespace, settings: Settings) -> int:
    chosen = {name: value for name in ("host", "port") if (value := getattr(arguments, name)) is not None}
    settings = Settings.model_validate({**settings.model_dump(), **chosen})
    if arguments.workers > 1 and not settings.redis_url:
        raise UsersError("more than one worker needs Redis: set REDIS_URL, or leave --workers out")
    configure_logs()
    descriptors.raise_limit()
    with only_server(settings) as lock:
        upgrade(settings)

        def on_ready(address: str) -> None:
            print(f"Plenary is open at {address}", flush=True)

        if arguments.workers == 1:
            serve(settings, lock, on_ready)
            return 0
        return 0 if serve_by_workers(settings, arguments.workers, lock, on_ready) else 1


@contextmanager
def only_server(settings: Settings) -> Iterator[FileLock]:
    """Hold the data directory for one server: two on one database would not hear each other.

    Those that have REDIS_URL hear each other, and share it. Raises UsersError when it is taken.
    """
    file = settings.open_data() / LOCK_NAME
    try:
        lock = FileLock.take(file, shared=bool(settings.redis_url))
    except LockTaken as taken:
        first = f" ({taken})" if str(taken) else ""
        raise UsersError(
            f"a server runs on {settings.data} already{first}. Stop it, or set PLENARY_DATA to another directory; "
            "several servers share one only if all of them have REDIS_URL"
        ) from taken
    lock.tell(f"process {os.getpid()}, not open yet")
    try:
        yield lock
    finally:
        lock.release()


class Server(uvicorn.Server):
    """uvicorn's server, which also calls `on_ready` once it answers requests."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()


def serve(settings: Settings, lock: FileLock, on_ready: Callable[[str], None], duties: Sequence[Duty] = ()) -> None:
    """Serve until SIGINT or SIGTERM, with `duties` beside the usual ones.

    `on_ready` is called with the base address once requests are answered. Raises UsersError when the address is taken.
    """
    settings, listener = open_port(settings)
    lock.tell(f"process {os.getpid()}, port {settings.port}")
    app = create_app(settings, (*duties, *media_duties(settings)))
    garbage.settle()
    server = Server(web_config(app, settings), lambda: on_ready(settings.base_url))
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def serve_by_workers(settings: Settings, workers: int, lock: FileLock, on_ready: Callable[[str], None]) -> bool:
    """Serve by several processes on one socket until SIGINT or SIGTERM; False when they cannot start."""
    settings, listener = open_port(settings)
    lock.tell(f"process {os.getpid()}, port {settings.port}")
    more: dict[str, Any] = {"factory": True, "workers": workers, "timeout_worker_healthcheck": OPENS_WITHIN_S}
    config = web_config(partial(worker_app, settings, lock), settings, **more)
    return supervise(config, listener, lambda: on_ready(settings.base_url))


def worker_app(settings: Settings, lock: FileLock) -> Starlette:
    """The application of one worker; uvicorn calls this once in each worker process, which holds the `lock` too."""
    end_with_supervisor()
    configure_logs()
    app = create_app(settings, media_duties(settings))
    garbage.settle()
    return app


def media_duties(settings: Settings) -> tuple[Duty, ...]:
    """The duty that keeps a media process beside us; none when PLENARY_MEDIA_LISTEN says that one runs elsewhere."""
    return () if settings.media_listen else (media_process.keep_one(),)


def web_config(
    app: Callable[..., Any], settings: Settings, http: type[BoundedProtocol] = BoundedProtocol, **more: Any
) -> uvicorn.Config:
    """The configuration of uvicorn for an application, or for the factory that makes one."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
        http=http,
        ws=FanoutProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=PING_EVERY_S,
        ws_per_message_deflate=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
        **more,
    )


def open_port(settings: Settings) -> tuple[Settings, socket.socket]:
    """Listen on the port; return the settings with its number (any free port was asked for as 0) and the socket."""
    listener = listen(settings)
    return settings.model_copy(update={"port": listener.getsockname()[1]}), listener


def listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsersError(
            f"cannot listen on {settings.host}:{settings.port}: {error}. Check PLENARY_HOST, PLENARY_PORT."
        ) from error
    return listener
