"""Measure the fan-out, print the figures, and write them to RESULTS.md."""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import loadtests.fanout
from loadtests import results
from loadtests.fanout import latency, memory, throughput
from loadtests.fanout.contenders import contenders
from loadtests.fanout.house import House
from loadtests.fanout.process import prepare_client
from loadtests.results import Figure
from tests.engines.redis import Redis

RECEIVERS, RUNS, RUN_S = 2_000, 5, 8.0
SCENES = ((5_000, 1_000.0, 200.0), (10_000, 200.0, 450.0))
"""Receivers, reactions a second, and the milliseconds within which 99 % of them have to be shown."""
SCENE_RUNS, SCENE_S = 3, 12.0
IDLE = 5_000


class Measure(NamedTuple):
    """A benchmark and its section of the results."""

    title: str
    people: int
    run: Callable[[House], list[Figure]]
    note: str
    has_redis: bool = False
    """True when Redis connects the processes, as with several web processes."""


def measure_throughput(house: House) -> list[Figure]:
    return throughput.compare(contenders(house), RECEIVERS, RUNS, RUN_S, print)


def measure_latency(house: House) -> list[Figure]:
    figures = []
    for people, per_second, p99_ms in SCENES:
        name = f"{people:,} receivers, {per_second:,.0f} reactions/s"
        found = []
        for run in range(SCENE_RUNS):
            found.append(latency.ovation(house, people, per_second, SCENE_S))
            print(f"run {run + 1}: {name}: {found[-1]}")
        figures += latency.figures(name, found, p99_ms)
    return figures


def measure_memory(house: House) -> list[Figure]:
    return memory.figures([memory.idle(house, IDLE)], IDLE)


MEASURES: Mapping[str, Measure] = {
    "throughput": Measure(
        "Fan-out: throughput",
        RECEIVERS,
        measure_throughput,
        "Ours is a process of the whole application that shows the claps of delegates in another process, which reach "
        "it over Redis. Ours, storing, gets the claps itself, and also judges, stores and answers them. The others "
        "only send a message of the same size.",
        has_redis=True,
    ),
    "latency": Measure(
        "Fan-out: latency",
        max(people for people, _, _ in SCENES),
        measure_latency,
        "One process, with its journal and Redis. A reaction counts as shown to a receiver when a total that includes "
        "it has arrived there.",
        has_redis=True,
    ),
    "memory": Measure(
        "Fan-out: memory",
        IDLE,
        measure_memory,
        "Resident memory that each connection adds to the server; each is in the room of the event and of a session.",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m loadtests.fanout",
        description=loadtests.fanout.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("measure", choices=MEASURES)
    chosen: str = parser.parse_args().measure
    measure = MEASURES[chosen]
    prepare_client()
    print("Preparing; the first run makes the demo's films, which takes a minute or two…", flush=True)
    with environment(measure) as more:
        house = House(environment=more)
        house.lay(measure.people)
        figures = measure.run(house)
    print(results.record(measure.title, f"python -m loadtests.fanout {chosen}", figures, [measure.note]))


@contextmanager
def environment(measure: Measure) -> Iterator[dict[str, str]]:
    """The settings of a measure's installation. Its Redis, if it has one, runs on the clients' core."""
    if not measure.has_redis:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="plenary-redis-") as folder:
        redis = Redis(Path(folder))
        redis.start()
        try:
            yield {"REDIS_URL": redis.url}
        finally:
            redis.stop()


if __name__ == "__main__":
    main()
