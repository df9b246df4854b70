"""Measure the times of the demo and write them to RESULTS.md: `python -m loadtests.demo [--runs N]`.

The first start makes the films; later starts use them again. A start is measured until the last link answers, an end
from Ctrl-C until the process is gone.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from loadtests import results

ROLES = ("delegate", "speaker", "organiser")
PATIENCE_S = 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="the number of later starts (default: %(default)s)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="plenary-demo-") as data:
        print("The first start, which makes the films…", flush=True)
        first, _ = open_and_end(Path(data))
        later = []
        for run in range(1, runs + 1):
            later.append(open_and_end(Path(data)))
            print(
                f"start {run} of {runs}: open after {later[-1][0]:.2f} s, gone after {later[-1][1]:.2f} s", flush=True
            )
    figures = [
        results.Figure("first start, films drawn", [first], "s", at_most=300),
        results.Figure("a later start, to links that answer", [opened for opened, _ in later], "s", at_most=5),
        results.Figure("Ctrl-C to the end of the process", [ended for _, ended in later], "s", at_most=2),
    ]
    print(results.record("The demo", "python -m loadtests.demo", figures))
    return 0 if all(figure.is_reached for figure in figures) else 1


def open_and_end(data: Path) -> tuple[float, float]:
    """Seconds from start until every link answers, and from Ctrl-C to the end. Raises RuntimeError without links."""
    environment = {**os.environ, "PLENARY_DATA": str(data), "PLENARY_PORT": "0"}
    began_s = time.monotonic()
    command = [sys.executable, "-m", "server", "demo"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as demo:
        try:
            for link in read_links(demo):
                urllib.request.urlopen(link, timeout=PATIENCE_S).close()
            opened_s = time.monotonic()
            demo.send_signal(signal.SIGINT)
            demo.wait(PATIENCE_S)
        finally:
            demo.kill()
    return opened_s - began_s, time.monotonic() - opened_s


def read_links(demo: subprocess.Popen[str]) -> list[str]:
    """The link of each role, which the demo prints once it answers requests."""
    assert demo.stdout is not None
    links: list[str] = []
    for line in demo.stdout:
        if line.startswith(ROLES):
            links.append(line.split()[1])
        if len(links) == len(ROLES):
            return links
    raise RuntimeError("the demo ended before it printed its links")


if __name__ == "__main__":
    sys.exit(main())
