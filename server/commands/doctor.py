"""`plenary doctor`: say what is missing or misconfigured, and how to mend it."""

from argparse import ArgumentParser, Namespace

from server.commands.checkup import CHECKS
from server.settings import Settings

SIGNS = {"good": "ok   ", "note": "note ", "bad": "WRONG"}


def add_arguments(parser: ArgumentParser) -> None:
    """Add nothing: this command has no arguments."""


def run(arguments: Namespace, settings: Settings) -> int:
    """Print a line for each check; exit code 1 when anything is wrong."""
    wrong = False
    for name, check in CHECKS.items():
        finding = check(settings)
        print(f"{SIGNS[finding.state]} {name:<10} {finding.text}")
        if finding.mend:
            print(f"{'':16} → {finding.mend}")
        wrong |= finding.state == "bad"
    return int(wrong)
