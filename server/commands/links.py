"""`plenary links`: join links or ready cookies of made-up people, for rehearsals, load tests and the demo."""

import asyncio
from argparse import ArgumentParser, Namespace

from server.commands import UsersError
from server.commands.migrate import upgrade
from server.rules.permissions import ACTIONS
from server.settings import Settings
from server.store import credentials, events, join_links, security_log, understudies
from server.store.engine.database import Database
from server.store.security_log import COMMAND_LINE
from server.trust import sign_in

ROLES = sorted(frozenset().union(*ACTIONS.values()))
MOST = 20_000


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("event", metavar="EVENT", help="the slug of a rehearsal or demo event")
    parser.add_argument("--role", choices=ROLES, default="delegate", help="the people's role (default: %(default)s)")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="the number of people (default: %(default)s)")
    parser.add_argument("--signed-in", action="store_true", help="print ready cookies (name=value) instead of links")


def run(arguments: Namespace, settings: Settings) -> int:
    if not 1 <= arguments.count <= MOST:
        raise UsersError(f"--count: give a number from 1 to {MOST}.")
    upgrade(settings)
    for line in asyncio.run(make_lines(arguments, settings)):
        print(line)
    return 0


async def make_lines(arguments: Namespace, settings: Settings) -> list[str]:
    """A link or a cookie for each person. People whom an earlier call made are used again.

    Raises UsersError for a slug that no event has, and for a real event.
    """
    database = Database(settings.database)
    try:
        async with database.writing() as db:
            security_log.act_as(db, lambda: COMMAND_LINE)
            event = await events.with_slug(db, arguments.event)
            if event is None:
                raise UsersError(f"there is no event {arguments.event}. plenary event list shows them all.")
            if event.kind not in understudies.KINDS:
                raise UsersError(f"{event.slug} is a real event: made-up people exist only in rehearsals and the demo.")
            people = await understudies.enlist(db, event, arguments.role, arguments.count)
            strong = arguments.role != "delegate"
            if arguments.signed_in:
                name = sign_in.cookie_name(settings)
                return [
                    f"{name}={await credentials.begin_sign_in(db, each, browser='links', strong=strong)}"
                    for each in people
                ]
            return [
                f"{settings.base_url}/join/{await join_links.create(db, each, event, strong=strong)}" for each in people
            ]
    finally:
        await database.close()
