"""What `/metrics` says, in Prometheus' text format: of this process, or of all workers of one supervisor together.

Workers write what they measure to files that each of them can add up, so it does not matter which of them is asked.
"""

import os
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""The variable from which Prometheus' client itself reads where workers write; `server/running/workers.py` sets it."""


class MailQueue(Collector):
    """How many mails wait: in the database, so every process would say the same."""

    def __init__(self, waiting: int) -> None:
        self.waiting = waiting

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("plenary_mail_waiting", "Mails that wait to be sent", self.waiting)


def exposition(*, mail_waiting: int) -> bytes:
    """Everything that is measured."""
    shared = CollectorRegistry()
    shared.register(MailQueue(mail_waiting))
    if DIRECTORY not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(shared)
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared)
