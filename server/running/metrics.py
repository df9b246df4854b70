"""The answer of `/metrics`, in Prometheus' text format: for this process, or for all workers of one supervisor.

Workers write their measurements to files that each of them can add up, so any of them may be asked.
"""

import os
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable by which Prometheus' client knows the folder of those files; `workers.supervise` sets it."""


class MailWaiting(Collector):
    """The number of mails that wait. It is counted in the database, so every process gives the same number."""

    def __init__(self, waiting: int) -> None:
        self.waiting = waiting

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("plenary_mail_waiting", "Mails that wait to be sent", self.waiting)


def exposition(*, mail_waiting: int) -> bytes:
    """Every measurement, as Prometheus' text."""
    shared = CollectorRegistry()
    shared.register(MailWaiting(mail_waiting))
    if DIRECTORY not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(shared)
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared)
