"""A command that `PLENARY_SPEECH_TO_TEXT` can name: it hears beeps. Its last argument is the path of the sound."""

import signal
import sys
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np

LOUD = 3000
APART_S = 0.5


def beeps(path: Path) -> tuple[list[float], float]:
    """The seconds at which a beep begins, and the seconds of the whole sound."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD) / 16_000
    firsts = [float(at) for before, at in pairwise([-APART_S, *loud]) if at - before >= APART_S]
    return firsts, len(samples) / 16_000


def clock(seconds: float) -> str:
    return f"00:{int(seconds // 60):02}:{seconds % 60:06.3f}"


def main(*orders: str) -> None:
    """`slow` says two captions and then waits to be stopped."""
    heard, _ = beeps(Path(orders[-1]))
    print("WEBVTT\n")
    for number, at in enumerate(heard):
        print(f"{clock(at)} --> {clock(at + 1)}\nBeep {number + 1} & more\n", flush=True)
        if number and "slow" in orders:
            signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
