"""Figures as lines of JSON, as one process passes them to another: nothing of a figure is lost on the way."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from server.analytics.figures import Cell, Figure
from server.analytics.report import Report
from server.surveys.scoring import ConfidenceInterval


def lines_of(report: Report) -> Iterator[str]:
    """A line for each figure."""
    return (json.dumps(asdict(figure)) for figure in report.values())


def report_of(lines: Iterable[str]) -> Report:
    """The report of which these are the lines."""
    return {figure.name: figure for figure in map(_figure_of, lines)}


def _figure_of(line: str) -> Figure:
    passed: dict[str, Any] = json.loads(line)
    value, interval = passed.pop("value"), passed.pop("interval")
    if isinstance(value, list):
        value = tuple(Cell(**row) if isinstance(row, dict) else row for row in value)
    return Figure(value=value, interval=interval and ConfidenceInterval(*interval), **passed)
