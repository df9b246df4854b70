"""Measure an event of 200 people beside each attack, and write it to RESULTS.md: `python -m loadtests.attacks`.

Everybody has their WebSocket open in the live session and claps; some of them read pages. They are measured alone and
beside the attack, in turn: alone, attack, alone, attack, and so on. An attack is compared with the times just before
and just after it. With `--full`, each attack lasts 60 seconds, and the whole three quarters of an hour; without it,
8 seconds, and the whole eight minutes. Everything stays on this machine, and ends by itself.

The first start makes the demo's films, which later starts use again: several minutes more.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from loadtests import results
from loadtests.attacks.event import PEOPLE, Attackers, Event, Readings
from loadtests.attacks.kinds import ATTACKS
from loadtests.results import Figure

MOST_TIMES = 2.0
LEAST_MS = 10.0
"""A p99 below this is as good as none: noise of this machine doubles it."""


class Span(NamedTuple):
    """The lengths of a measurement alone and of an attack, seconds."""

    alone_s: float
    attack_s: float


SHORT, FULL = Span(5.0, 8.0), Span(30.0, 60.0)


class Outcome(NamedTuple):
    """An attack: its steps, and the event's readings beside it and alone, before and after it together."""

    name: str
    steps: int
    alone: Readings
    beside: Readings

    @property
    def figures(self) -> list[Figure]:
        kinds = (
            ("claps", self.alone.claps_ms, self.beside.claps_ms),
            ("pages", self.alone.pages_ms, self.beside.pages_ms),
        )
        return [
            Figure(f"{self.name}: {what}", [p99(beside)], "ms", at_most=MOST_TIMES * max(p99(alone), LEAST_MS))
            for what, alone, beside in kinds
        ]

    @property
    def line(self) -> str:
        claps, pages = self.figures
        alone = f"alone {p99(self.alone.claps_ms):4.0f} and {p99(self.alone.pages_ms):4.0f} ms"
        verdict = "" if claps.is_reached and pages.is_reached and not self.beside.wrong else " MISSED"
        wrong = f", {self.beside.wrong} of {len(self.beside.pages_ms)} pages went wrong" if self.beside.wrong else ""
        cost_s = self.beside.cpu_s - self.alone.cpu_s / self.alone.seconds * self.beside.seconds
        each_ms = 1000 * cost_s / self.steps
        p99s = f"p99 of claps and pages {claps.median:4.0f} and {pages.median:4.0f} ms"
        return f"{self.name:26}{self.steps:4} steps of {each_ms:5.1f} ms CPU; {p99s}, {alone}{wrong}{verdict}"


def p99(values_ms: Sequence[float]) -> float:
    """The 99th percentile."""
    ordered = sorted(values_ms)
    return ordered[int(0.99 * (len(ordered) - 1))]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m loadtests.attacks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="60 seconds of each attack")
    parser.add_argument("--only", action="append", choices=ATTACKS, metavar="NAME", help="this attack alone")
    parser.add_argument("--look", action="store_true", help="print the figures, and leave RESULTS.md as it is")
    arguments = parser.parse_args()
    span = FULL if arguments.full else SHORT
    names = arguments.only or list(ATTACKS)
    outcomes = measure(names, span)
    if not arguments.look:
        figures = [figure for outcome in outcomes for figure in outcome.figures]
        command = " ".join(["python -m loadtests.attacks", *(["--full"] if arguments.full else [])])
        print(
            results.record("An event of 200 people beside each attack", command, figures, [NOTE.format(span.attack_s)])
        )
    reached = all(figure.is_reached for outcome in outcomes for figure in outcome.figures)
    return 0 if reached and not any(outcome.beside.wrong for outcome in outcomes) else 1


NOTE = (
    "The 99th percentile, beside {:.0f} seconds of each attack: of the time until a clap is stored and answered, and "
    "until a page has come. To reach: twice the same alone, just before and after; less than 10 ms alone "
    "counts as 10. One web process with its database and media process, everybody and the attackers on one machine; "
    "the attackers run at the lowest priority, as if they had a machine of their own."
)


def measure(names: Sequence[str], span: Span) -> list[Outcome]:
    outcomes = []
    with Event().open() as event, Attackers(event.target) as attackers:
        print(f"{PEOPLE} people are in the session; {len(names)} attacks begin.", flush=True)
        event.measure(2.0)
        before = event.measure(span.alone_s)
        for name in names:
            attackers.begin(name, span.attack_s)
            beside = event.measure(span.attack_s)
            steps = attackers.end()
            event.measure(1.0)
            after = event.measure(span.alone_s)
            outcomes.append(Outcome(name, steps, before + after, beside))
            print(outcomes[-1].line, flush=True)
            before = after
    return outcomes


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
