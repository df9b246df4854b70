"""Writes a recording's sound as a WAVE file for speech recognition: 16 kHz, one channel, 16 bits."""

import wave
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler

from rooms.media.recordings.download import FileChain

RATE_HZ = 16_000
Samples = npt.NDArray[np.int16]


class SoundStretch(NamedTuple):
    """Sound without a break: the time of the film at which it begins, and its files in order."""

    begins_s: float
    files: Sequence[Path]


def write_wave(sound: Sequence[SoundStretch], target: Path) -> None:
    """Decode these stretches, with silence between them, so that the file's time is the film's.

    Raises OSError, or FFmpegError for files that cannot be read.
    """
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        written_samples = 0
        for stretch in sound:
            at_sample = round(stretch.begins_s * RATE_HZ)
            for samples in decoded(stretch.files):
                kept = samples[max(0, written_samples - at_sample) :]
                at_sample += len(samples)
                silence = np.zeros(max(0, at_sample - len(kept) - written_samples), np.int16)
                file.writeframes(np.concatenate((silence, kept)).tobytes())
                written_samples += len(silence) + len(kept)


def decoded(files: Sequence[Path]) -> Iterator[Samples]:
    """Decode files, an initialisation segment first; yields the samples in pieces."""
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    with av.open(FileChain(files), "r", format="mp4") as container:
        for frame in chain(container.decode(audio=0), (None,)):  # None flushes the resampler
            for made in resampler.resample(frame):
                yield made.to_ndarray()[0]
