"""`plenary media`: the media process, which `plenary serve` starts by itself unless PLENARY_MEDIA_LISTEN is set."""

import sys
from argparse import ArgumentParser, Namespace

from server.commands import UsersError
from server.media.whereabouts import listen_address, programmes_dir
from server.running import garbage
from server.running.logs import configure_logs
from server.settings import Settings
from server.trust.secret import derive, load_secret


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="the UDP port for media, 0 for a free one (PLENARY_MEDIA_PORT)")
    parser.add_argument(
        "--child", action="store_true", help="start after the first line of standard input, and end when it is closed"
    )


def run(arguments: Namespace, settings: Settings) -> int:
    """Run the media process until it is told to stop.

    Raises UsersError when an address is taken, and when the machine has no address to use.
    """
    from rooms.media.worker import Whereabouts, run

    configure_logs()
    garbage.settle()
    if arguments.child and not sys.stdin.readline():
        return 0
    port = settings.media_port if arguments.port is None else arguments.port
    try:
        whereabouts = Whereabouts(listen_address(settings), settings.media_address, port, programmes_dir(settings))
        run(whereabouts, derive(load_secret(settings), "media"), sys.stdin if arguments.child else None)
    except OSError as error:
        advice = "Check PLENARY_MEDIA_PORT, and that this machine has an address to use"
        raise UsersError(f"the media process cannot listen: {error}. {advice}.") from error
    return 0
