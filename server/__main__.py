"""The `plenary` command: reads the command line and runs one module of `server.commands`."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from pydantic import ValidationError

from server.commands import UsersError
from server.running.logs import configure_logs
from server.settings import NoDataDirectory, Settings, unknown_names
from server.trust.secret import SecretRefused

COMMANDS: dict[str, str] = {
    "demo": "open the demo event, live, on this machine",
    "serve": "serve the conference",
    "media": "receive, relay and package picture and sound (started by serve)",
    "migrate": "bring the database to the newest schema",
    "event": "make, list and change events",
    "people": "register people from a list",
    "links": "print join links of made-up people, for rehearsals and the demo",
    "report": "print every figure of an event",
    "export": "write an event's rows and figures to files",
    "backup": "copy database, media and secret into one file, while the server runs",
    "restore": "bring a backup into a new data directory",
    "doctor": "say what is missing or misconfigured, and how to mend it",
}


def parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command line, with `--help` at each level.

    Only the command that was asked for is loaded: all of them together take seconds of processor time.
    """
    whole = argparse.ArgumentParser(
        prog="plenary", description="A virtual conference platform: a delegate needs only a browser."
    )
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, purpose in COMMANDS.items():
        description = f"{purpose[0].upper()}{purpose[1:]}."
        command = commands.add_parser(name, help=purpose, description=description)
        if name in words[:1]:
            module(name).add_arguments(command)
    return whole


def module(name: str) -> ModuleType:
    return importlib.import_module(f"server.commands.{name}")


def main(words: list[str] | None = None) -> int:
    """Run one command and return the exit code: 0 done, 2 for an error that the user can mend."""
    is_program, words = words is None, sys.argv[1:] if words is None else words
    try:
        arguments = parser(words).parse_args(words)
        if is_program:
            configure_logs()  # to standard error: what a command prints may be read by a program
        for name, meant in unknown_names(os.environ).items():
            print(f"plenary: {name} is no setting{f', {meant} is' if meant else ''}", file=sys.stderr)
        return int(module(arguments.command).run(arguments, Settings()))
    except (UsersError, SecretRefused, NoDataDirectory) as error:
        print(f"plenary: {error}", file=sys.stderr)
    except ValidationError as error:
        for wrong in error.errors():
            print(f"plenary: setting {wrong['loc'][0]}: {wrong['msg'].removeprefix('Value error, ')}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains as it ends
        return 1
    return 2


if __name__ == "__main__":
    sys.exit(main())
