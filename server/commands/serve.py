"""`plenary serve`: migrate, then serve until told to stop."""

import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from contextlib import suppress

import uvicorn

from server.app import create_app
from server.background import Duty
from server.commands import UsersError
from server.commands.migrate import upgrade
from server.logs import configure_logs
from server.settings import Settings

DRAIN_S = 1
"""How long open requests may take to finish once we are told to stop, seconds."""
MAX_FRAME_BYTES = 16_384


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--host", help="the address to listen on (PLENARY_HOST)")
    parser.add_argument("--port", type=int, help="the port to listen on, 0 for a free one (PLENARY_PORT)")


def run(arguments: Namespace, settings: Settings) -> int:
    chosen = {name: value for name in ("host", "port") if (value := getattr(arguments, name)) is not None}
    settings = Settings.model_validate({**settings.model_dump(), **chosen})
    configure_logs()
    upgrade(settings)
    serve(settings, lambda address: print(f"Plenary is open at {address}", flush=True))
    return 0


class Server(uvicorn.Server):
    """uvicorn's server, which says when it answers."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()


def serve(settings: Settings, on_ready: Callable[[str], None], duties: Sequence[Duty] = ()) -> None:
    """Serve until SIGINT or SIGTERM, with `duties` beside the usual ones.

    `on_ready` gets the base address once requests are answered.

    Raises UsersError when the address is taken.
    """
    listener = listen(settings)
    if settings.port == 0:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    config = uvicorn.Config(
        create_app(settings, duties),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=DRAIN_S,
    )
    server = Server(config, lambda: on_ready(settings.base_url))
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsersError(f"cannot listen on {settings.host}:{settings.port}: {error}. Set PLENARY_PORT.") from error
    return listener
