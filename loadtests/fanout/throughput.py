"""Frames for each second of the server's processor time, of ours and of the usual stacks."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping

from loadtests.fanout.contenders import OURS, Contender, Stand
from loadtests.results import Figure

STEP_S = 0.01
SETTLES_S = 1.0
AIMS = {"plain ASGI loop": 1.8, "socket.io": 1.7, "ws": 1.2}
"""The ratio of frames, ours to theirs, that ours has to reach while it stores nothing, as they do."""


def compare(
    contenders: Mapping[str, Contender], receivers: int, runs: int, seconds: float, tell: Callable[[str], None]
) -> list[Figure]:
    """Measure every contender in turn, `runs` times, in frames for a second of processor time."""
    found = defaultdict[str, list[float]](list)
    for run in range(runs):
        for name, contender in contenders.items():
            with contender(receivers) as stand:
                watch(stand, SETTLES_S)
                found[name].append(rate(stand, seconds))
            tell(f"run {run + 1}: {name} {found[name][-1]:,.0f} frames a second of processor time")
    figures = [Figure(name, values, "frames / CPU s") for name, values in found.items()]
    for mine in OURS:
        for name, aim in AIMS.items():
            ratios = [ours / theirs for ours, theirs in zip(found[mine], found[name], strict=True)]
            figures.append(Figure(f"{mine} against {name}", ratios, "times", at_least=aim if mine == "ours" else None))
    return figures


def rate(stand: Stand, seconds: float) -> float:
    """Frames that arrived for each second of the server's processor time."""
    frames, cpu_s = stand.crowd.frames, stand.server.cpu_s
    watch(stand, seconds)
    return (stand.crowd.frames - frames) / (stand.server.cpu_s - cpu_s)


def watch(stand: Stand, seconds: float) -> None:
    """Let the server run for `seconds` seconds, and read the frames that arrive."""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        stand.stir()
        time.sleep(STEP_S)
        stand.crowd.take()
