"""`plenary demo`: make the demo event around the present time, serve it, and print a join link for each role."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

from starlette.applications import Starlette

from server.commands import UsersError
from server.commands.migrate import upgrade
from server.commands.serve import listen, only_server, serve
from server.demo.films import FilmsFailed, make_films
from server.demo.furnishing import NotADemo, PackagedFilm
from server.demo.guests import new_links
from server.demo.laying import keep_laid, lay
from server.demo.script import Script, read_script
from server.running import descriptors
from server.running.duties import Duty
from server.running.logs import configure_logs
from server.settings import Settings
from server.store.engine.database import Database

KEEP_EVERY_S = 30.0
BAR_WIDTH = 30


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="the port to listen on, 0 for a free one (PLENARY_PORT)")


def run(arguments: Namespace, settings: Settings) -> int:
    settings = choose(settings, arguments.port)
    configure_logs()
    descriptors.raise_limit()
    with only_server(settings) as lock:
        script = read_script()
        upgrade(settings)
        try:
            films = make_films(script, settings, ProgressBar(sys.stderr))
            links = asyncio.run(prepare(settings, script, films))
        except FilmsFailed as error:
            raise UsersError(f"the demo's films could not be made: {error}") from error
        except NotADemo as error:
            raise UsersError(f"{error}. Point PLENARY_DATA or DATABASE_URL elsewhere.") from error

        async def keep(app: Starlette) -> None:
            await keep_laid(app.state.db, script, films, datetime.now(UTC))

        serve(settings, lock, lambda address: print_links(address, links), (Duty("demo", KEEP_EVERY_S, keep),))
    return 0


def choose(settings: Settings, port: int | None) -> Settings:
    """The settings with a port that can be listened on: the one that was set, else the default, else any free one.

    Raises UsersError when a port was set and is taken. This runs before the films are made, which takes minutes.
    """
    chosen = {} if port is None else {"port": port}
    wanted = Settings.model_validate({**settings.model_dump(), **chosen})
    try:
        listen(wanted).close()
    except UsersError:
        if port is not None or "port" in settings.model_fields_set:
            raise
        return wanted.model_copy(update={"port": 0})
    return wanted


async def prepare(settings: Settings, script: Script, films: list[PackagedFilm]) -> Mapping[str, str]:
    """Lay the event around the present time and return the token of a join link for each role. Raises NotADemo."""
    database = Database(settings.database)
    try:
        event = await lay(database, script, films, datetime.now(UTC))
        return await new_links(database, event)
    finally:
        await database.close()


def print_links(address: str, tokens: Mapping[str, str]) -> None:
    for role, token in tokens.items():
        print(f"{role}  {address}/join/{token}", flush=True)


class ProgressBar:
    """Shows the progress of the films on a stream: as a bar at a terminal, else as a line for each tenth."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.tenths = stream, -1

    def __call__(self, share: float) -> None:
        if self.stream.isatty():
            done = round(BAR_WIDTH * share)
            end = "\n" if share >= 1 else ""
            self.stream.write(f"\rMaking the films  {'█' * done}{'░' * (BAR_WIDTH - done)} {share:4.0%}{end}")
        elif int(10 * share) > self.tenths:
            self.tenths = int(10 * share)
            self.stream.write(f"Making the films: {share:.0%}\n")
        self.stream.flush()
