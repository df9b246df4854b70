"""The results of the benchmarks: each has a section in `RESULTS.md`, which every run replaces."""

import os
import platform
import re
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).with_name("RESULTS.md")
ROOT = FILE.parent.parent
HEAD = """# Results

Written by the benchmarks themselves; each section by the command that it names. A run's own figure is one value: the
table shows the median of the runs and their spread (lowest to highest).
"""


@dataclass(frozen=True)
class Figure:
    """A measured quantity: a value for each run, its unit, and the goal that it has to reach."""

    name: str
    values: Sequence[float]
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def goal(self) -> str:
        """The goal as text, such as `≤ 200`; empty when there is none."""
        bounds = [
            f"{sign} {number(bound)}"
            for sign, bound in (("≥", self.at_least), ("≤", self.at_most))
            if bound is not None
        ]
        return ", ".join(bounds)

    @property
    def is_reached(self) -> bool:
        """True when the median reaches the goal."""
        above = self.at_least is None or self.median >= self.at_least
        return above and (self.at_most is None or self.median <= self.at_most)

    @property
    def row(self) -> str:
        """The figure as a row of the section's table."""
        verdict = "" if not self.goal else " ✓" if self.is_reached else " missed"
        spread = f"{number(min(self.values))} – {number(max(self.values))}"
        cells = (self.name, number(self.median), spread, str(len(self.values)), self.unit, self.goal + verdict)
        return f"| {' | '.join(cells)} |"


def record(title: str, command: str, figures: Iterable[Figure], notes: Sequence[str] = (), file: Path = FILE) -> str:
    """Replace the section with that title, or add it at the end when it is new, and return the section.

    `notes` are sentences of Markdown below the table, about the set-up and the limits of the measurement.
    """
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    table = [
        "| figure | median | spread | runs | unit | to reach |",
        "|---|---:|---|---:|---|---|",
        *(each.row for each in figures),
    ]
    lines = [f"## {title}", "", f"`{command}` · {when} · commit {commit()} · {machine()}", "", *table]
    section = "\n".join([*lines, "", *notes]).rstrip() + "\n"
    text = file.read_text() if file.exists() else HEAD
    old = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    text = old.sub(lambda _: f"{section}\n", text) if old.search(text) else f"{text.rstrip()}\n\n{section}"
    file.write_text(text.rstrip() + "\n")
    return section


def number(value: float) -> str:
    """A number with at least three significant digits and with commas at thousands: 81,234 · 12.3 · 0.084."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def commit() -> str:
    """The short hash of the commit that was measured, with a remark when files differed from it."""

    def git(*arguments: str) -> str:
        return subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "server", "rooms", "static", "templates")
    return f"{git('rev-parse', '--short', 'HEAD') or 'unknown'}{' with changes' if changed else ''}"


def machine() -> str:
    """The cores, processor, memory, system and Python version of this machine."""
    info = Path("/proc/cpuinfo")
    models = re.findall(r"^model name\s*: (.*)$", info.read_text(), re.MULTILINE) if info.exists() else []
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = f"{os.cpu_count()} × {models[0] if models else platform.machine()}"
    return f"{cores}, {memory:.0f} GiB, {platform.system()} {platform.release()}, Python {platform.python_version()}"
